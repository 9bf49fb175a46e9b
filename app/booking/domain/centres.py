"""Centres: where tests are taken, in which time zone, and for which fee."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.booking.domain.planning_refusals import BadCentre
from app.kernel.ids import CentreId
from app.kernel.money import EXPONENTS, Money
from app.kernel.scripts import is_printable

CODE = re.compile(r"[A-Z0-9]{2,12}")
CURRENCY = re.compile(r"[A-Z]{3}")
SEATS_MOST = 10_000
AMOUNT = re.compile(r"\d{1,9}(\.\d{1,3})?", re.ASCII)
TEXTS = (("name", 100), ("city", 100), ("address", 300))


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreDraft:
    """`fee`: of its own; None: each module's."""

    code: str
    name: str
    city: str
    address: str
    time_zone: str
    capacity: int
    accessible: int
    fee: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    centre: CentreId
    it: CentreDraft
    closed_at: datetime | None
    slots: int
    """Coming ones that are not cancelled."""
    seats: int
    """Live ones of theirs."""


def is_elsewhere(before: CentreDraft, after: CentreDraft) -> bool:
    """Whether students who have seats there must be told."""
    return (before.city, before.address) != (after.city, after.address)


def require_centre(it: CentreDraft) -> None:
    """Raises BadCentre, which says what is wrong."""
    if not CODE.fullmatch(it.code):
        raise BadCentre("A code has 2 to 12 letters A to Z and digits, as KOCHI1.")
    for name, most in TEXTS:
        text = getattr(it, name)
        if not 1 <= len(text) <= most or not is_printable(text):
            raise BadCentre(f"The {name} has 1 to {most} characters, in one line.")
    if not is_zone(it.time_zone):
        raise BadCentre(
            f"There is no time zone '{it.time_zone[:40]}'. Choose one of the list, as "
            "Asia/Kolkata."
        )
    if not 1 <= it.capacity <= SEATS_MOST:
        raise BadCentre(f"A centre has 1 to {SEATS_MOST:,} seats.")
    if not 0 <= it.accessible <= it.capacity:
        raise BadCentre("The accessible seats are a part of all seats.")


def is_zone(name: str) -> bool:
    """Of the IANA list; no abbreviation, and no file that merely lies there."""
    if name != "UTC" and "/" not in name:
        return False
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return False
    return True


def fee_of(amount: str, currency: str) -> Money | None:
    """'82.50' and 'AED'; both empty: none of its own. Raises BadCentre."""
    amount, currency = amount.strip(), currency.strip().upper()
    if not amount and not currency:
        return None
    if not amount or not CURRENCY.fullmatch(currency):
        raise BadCentre(
            "An own fee needs an amount and a currency of three letters, as 82.50 and "
            "AED. Leave both empty for the fee of each module."
        )
    if not AMOUNT.fullmatch(amount):
        raise BadCentre("Write the fee in digits, with a point, as 82.50.")
    digits = EXPONENTS.get(currency, 2)
    minor = Decimal(amount) * 10**digits
    if minor % 1:
        raise BadCentre(
            f"A fee in {currency} has at most {digits} digits after the point."
        )
    return Money(minor=int(minor), currency=currency)
