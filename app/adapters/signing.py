"""Signatures that anybody can check: Ed25519, as detached JWS (RFC 7515, appendix F).

The key is derived from the deployment's secret; `/.well-known/jwks.json` has its public
half, so that a receipt or statement can be checked without us.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"  # RFC 9864
MARK = b"# signature: "


class Verifies(Protocol):
    """Whoever has the public key."""

    def verify(self, payload: bytes, detached: str) -> bool: ...


class BadKeys(ValueError):
    """This is no file of public keys: save the house's /.well-known/jwks.json."""


class PublicKeys:
    """Of a house: as `/.well-known/jwks.json` gives them. Raises BadKeys."""

    def __init__(self, jwks: bytes) -> None:
        try:
            keys = json.loads(jwks)["keys"]
            self._keys = [OKPKey.import_key(it) for it in keys if it["kty"] == "OKP"]
        except (JoseError, ValueError, LookupError, TypeError) as error:
            raise BadKeys from error
        if not self._keys:
            raise BadKeys

    def verify(self, payload: bytes, detached: str) -> bool:
        return _verify(payload, detached, self._keys)


class Signer:
    """`secret`: the deployment's."""

    def __init__(self, secret: str) -> None:
        info = b"spom:sign"
        seed = HKDF(SHA256(), length=32, salt=None, info=info).derive(secret.encode())
        pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        self._key = OKPKey.import_key(pem)
        self._kid = self._key.thumbprint()

    def sign(self, payload: bytes) -> str:
        """A JWS without its payload: header, two dots, signature."""
        header = {"alg": ALGORITHM, "kid": self._kid}
        whole = jws.serialize_compact(header, payload, self._key, [ALGORITHM])
        return jws.detach_content(whole)

    def verify(self, payload: bytes, detached: str) -> bool:
        return _verify(payload, detached, [self._key])

    def jwk(self) -> dict[str, object]:
        """The public key (RFC 8037)."""
        public = self._key.as_dict(private=False)
        return {**public, "kid": self._kid, "alg": ALGORITHM, "use": "sig"}


def _verify(payload: bytes, detached: str, keys: Sequence[OKPKey]) -> bool:
    if ".." not in detached:
        return False  # It carries a payload of its own.
    for key in keys:
        try:
            jws.deserialize_compact(detached.strip(), key, [ALGORITHM], payload=payload)
        except (JoseError, ValueError):
            continue
        return True
    return False


def seal_text(text: str, signer: Signer) -> bytes:
    """The text with its signature as the last line."""
    body = text.encode()
    return body + MARK + f"{signer.sign(body)}\n".encode()


def verify_text(sealed: bytes, keys: Verifies) -> bool:
    """Of a file made by `seal_text`."""
    body, mark, last = sealed.rpartition(MARK)
    return bool(mark) and keys.verify(body, last.decode("ascii", "replace"))


def fingerprint(sealed: bytes) -> str:
    """Short enough to compare by eye: of the signature that ends the text."""
    signature = sealed.rpartition(MARK)[2].strip()
    digits = hashlib.sha256(signature).hexdigest()[:20]
    return " ".join(digits[n : n + 4] for n in range(0, 20, 4))
