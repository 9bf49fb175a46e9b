"""The browser that asks: what its requests tell, and the token of its device cookie."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """`device` is the cookie's token, if there is one. `network` is what limits are
    counted by; `address`, `place` and `name` are words for the owner."""

    device: str | None
    network: str
    address: str
    place: str
    name: str
