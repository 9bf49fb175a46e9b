"""The code on an admit card: which seat, till when, and that it is ours.

Signs of the alphabet 0-9 and A-V (RFC 4648, section 7): the small kind of a QR code,
nothing to look up in any address, and the same on a hand-held scanner that takes our
keyboard for an English or a German one. It says nothing about the student.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.kernel.ids import SeatId
from app.kernel.refusals import Refusal

NUMBER = 8
"""Signs of the code that its seal makes; the very last stands for a bit alone."""
_NUMBERED = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUV", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)
_MISREAD = str.maketrans("ILO", "110")
GOOD_FOR = timedelta(hours=2)
"""After the end of the slot."""
SEAT, UNTIL, MAC = 16, 5, 16
LENGTH = -(-(SEAT + UNTIL + MAC) * 8 // 5)

Seals = Callable[[str], bytes]


class BadCard(Refusal):
    """This code is not of one of our admit cards. Scan it again, or type the SRN."""


class CardExpired(Refusal):
    """This admit card is of a test that is over, or its slot was changed. Type the SRN
    to see whether there is a seat here."""


def card_code(seat: SeatId, ends_at: datetime, seals: Seals) -> str:
    """`seals`: a keyed hash of a text."""
    said = seat.bytes + int((ends_at + GOOD_FOR).timestamp()).to_bytes(UNTIL, "big")
    return _written(said + _mac(said, seals))


def card_number(code: str) -> str:
    """The end of the code, to be read and typed by people: no I, L, O or U in it."""
    number = code[-NUMBER - 1 : -1].translate(_NUMBERED)
    return f"{number[: NUMBER // 2]}-{number[NUMBER // 2 :]}"


def is_of_card(given: str, code: str) -> bool:
    """Whether that is the card's number as somebody typed it, or its code."""
    plain = "".join(filter(str.isalnum, given)).upper()
    if not plain.isascii():
        return False
    number = card_number(code).replace("-", "")
    is_number = hmac.compare_digest(plain.translate(_MISREAD), number)
    return is_number or hmac.compare_digest(plain, code)


def looks_like_card(text: str) -> bool:
    """Rather than like an SRN, which is shorter."""
    return len(text) == LENGTH


def read_card(text: str, now: datetime, seals: Seals) -> SeatId:
    """Raises BadCard or CardExpired."""
    try:
        padded = text.upper() + "=" * (-len(text) % 8)
        whole = base64.b32hexdecode(padded.encode("ascii"))
    except (binascii.Error, ValueError) as error:
        raise BadCard from error
    if _written(whole) != text.upper():
        raise BadCard  # The last sign has bits that stand for nothing.
    said, mac = whole[: SEAT + UNTIL], whole[SEAT + UNTIL :]
    if not hmac.compare_digest(mac, _mac(said, seals)):
        raise BadCard
    if datetime.fromtimestamp(int.from_bytes(said[SEAT:], "big"), UTC) <= now:
        raise CardExpired
    return SeatId(UUID(bytes=said[:SEAT]))


def _written(whole: bytes) -> str:
    return base64.b32hexencode(whole).decode().rstrip("=")


def _mac(said: bytes, seals: Seals) -> bytes:
    return seals(said.hex())[:MAC]
