"""Money in minor units, and how people read it."""

from dataclasses import dataclass

EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3}
"""Digits after the point where they are not two (ISO 4217)."""
SIGNS = {"INR": "₹", "EUR": "€", "USD": "US$", "GBP": "£"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """50000 INR is five hundred rupees."""

    minor: int
    currency: str

    def __str__(self) -> str:
        """As people read it: '₹500', 'AED 82.50'."""
        sign = SIGNS.get(self.currency, f"{self.currency}\N{NO-BREAK SPACE}")
        text = exact(abs(self.minor), self.currency, thousands=True)
        minus = "\N{MINUS SIGN}" if self.minor < 0 else ""
        return f"{minus}{sign}{text.removesuffix('.00')}"


def exact(minor: int, currency: str, *, thousands: bool = False) -> str:
    """In the currency's main unit, every digit: 50000 INR is '500.00'."""
    digits = EXPONENTS.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**digits)
    text = f"{whole:,}" if thousands else str(whole)
    point = f".{rest:0{digits}}" if digits else ""
    return f"{'-' if minor < 0 else ''}{text}{point}"
