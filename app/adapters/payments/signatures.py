"""HMAC-SHA256, compared in a time that tells nothing."""

import hashlib
import hmac


def sign(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_signed(secret: str, message: bytes, given: str) -> bool:
    """With an empty secret nothing is."""
    expected = sign(secret, message).encode()
    same = hmac.compare_digest(expected, given.encode("utf-8", "surrogatepass"))
    return bool(secret) and same
