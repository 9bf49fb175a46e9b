"""Secrets at rest: sealed with AES-256-GCM, or kept as a keyed hash.

Every key is derived from the deployment's secret by HKDF-SHA-256 (RFC 5869) for one
purpose. A sealed value is bound to its `context` (the row it belongs to), so that it
cannot be moved to another row. Version byte, 12 bytes of nonce, ciphertext with tag.
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NONCE = 12


class Unsealable(Exception):
    """Sealed with another secret, for another place, or damaged."""


class Sealer:
    """Seals and opens, and makes keyed hashes; `secret` has at least 32 characters."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._aes = AESGCM(self._key("seal"))
        self._hash_keys: dict[str, bytes] = {}

    def seal(self, plain: bytes, *, context: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return VERSION + nonce + self._aes.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Raises Unsealable."""
        if sealed[:1] != VERSION:
            raise Unsealable
        nonce, rest = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._aes.decrypt(nonce, rest, context.encode())
        except (InvalidTag, ValueError) as error:
            raise Unsealable from error

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """32 bytes; worthless to whoever has the database but not the secret."""
        if purpose not in self._hash_keys:
            self._hash_keys[purpose] = self._key(f"hash:{purpose}")
        return hmac.new(
            self._hash_keys[purpose], text.encode(), hashlib.sha256
        ).digest()

    def _key(self, purpose: str) -> bytes:
        info = f"spom:{purpose}".encode()
        return HKDF(SHA256(), length=32, salt=None, info=info).derive(self._secret)
