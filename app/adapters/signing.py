"""Signatures that anybody can check: Ed25519, as detached JWS (RFC 7515, appendix F).

The key is derived from the deployment's secret; `/.well-known/jwks.json` has its public
half, so that a receipt or statement can be checked without us.
"""

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
        if ".." not in detached:
            return False  # It carries a payload of its own.
        try:
            jws.deserialize_compact(
                detached.strip(), self._key, [ALGORITHM], payload=payload
            )
        except (JoseError, ValueError):
            return False
        return True

    def jwk(self) -> dict[str, object]:
        """The public key (RFC 8037)."""
        public = self._key.as_dict(private=False)
        return {**public, "kid": self._kid, "alg": ALGORITHM, "use": "sig"}


def seal_text(text: str, signer: Signer) -> bytes:
    """The text with its signature as the last line."""
    body = text.encode()
    return body + f"# signature: {signer.sign(body)}\n".encode()


def verify_text(sealed: bytes, signer: Signer) -> bool:
    """Of a file made by `seal_text`."""
    body, mark, last = sealed.rpartition(b"# signature: ")
    return bool(mark) and signer.verify(body, last.decode("ascii", "replace"))
