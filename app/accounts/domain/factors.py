"""Second factors: codes of an authenticator app (RFC 6238) and recovery codes."""

import hmac
from datetime import datetime

import pyotp

STEP_S = 30
STEPS_BACK = 1
"""A code that was read just before it changed still counts; none counts early."""

RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which are read as something else."""
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP_S


def matching_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step whose code it is: now's or the one before, and newer than `last_step`,
    so that no code counts twice. `secret` is base32."""
    digits = "".join(char for char in code if char.isdigit())
    otp, current, found = pyotp.TOTP(secret), step_of(now), None
    for step in range(current - STEPS_BACK, current + 1):
        is_right = hmac.compare_digest(otp.generate_otp(step).encode(), digits.encode())
        if is_right and step > last_step:
            found = step
    return found


def in_groups(code: str) -> str:
    """'ABCDE12345' -> 'ABCDE-12345', easier to copy."""
    return f"{code[:5]}-{code[5:]}"


def normalise_recovery(text: str) -> str:
    """With or without the dash, in any case, and with O for 0 and I or L for 1."""
    plain = "".join(char for char in text.upper() if char.isalnum())
    return plain.translate(_READ_AS)[: RECOVERY_LENGTH + 1]
