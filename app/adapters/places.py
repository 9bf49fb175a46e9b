"""Where a network address is, in words, and what kind of browser asks.

The country comes from a public-domain table of address ranges (an npm package in the
MMDB format); a city table in the same format may take its place. Words for people,
never a reason to refuse anybody.
"""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from pathlib import Path

import maxminddb
from phonenumbers.geodata.locale import LOCALE_DATA
from ua_parser import parse

UNKNOWN = "unknown place"
HERE = "this network"
NAME_MAX = 60


class Places:
    """Reads the table at `path` as it needs it; without one every place is unknown."""

    def __init__(self, path: Path) -> None:
        self._table = maxminddb.open_database(path) if path.is_file() else None

    def of(self, address: str) -> str:
        """'India', 'Kochi, India', 'this network' or 'unknown place'."""
        try:
            ip = ip_address(address)
        except ValueError:
            return UNKNOWN
        if ip.is_private:
            return HERE
        found = self._table.get(ip) if self._table else None
        return _in_words(found) if isinstance(found, dict) else UNKNOWN


def network_of(address: str) -> str:
    """What one household or hall shares: an IPv4 address, a /64 of IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return UNKNOWN
    return str(ip_network(f"{ip}/{32 if ip.version == 4 else 64}", strict=False))


@lru_cache(maxsize=1000)
def browser_name(user_agent: str) -> str:
    """'Firefox on Windows', at most 60 characters."""
    seen = parse(user_agent[:400])
    browser = seen.user_agent.family if seen.user_agent else "A browser"
    system = f" on {seen.os.family}" if seen.os else ""
    return f"{browser}{system}"[:NAME_MAX]


def _in_words(found: dict[str, object]) -> str:
    """Of a flat country table, or of one with nested records of names."""
    code = found.get("country_code") or _nested(found, "country", "iso_code")
    country = _country(str(code))
    city = found.get("city") or ""
    if isinstance(city, dict):
        city = _nested(city, "names", "en") or ""
    return f"{city}, {country}" if city else country


def _country(code: str) -> str:
    names = LOCALE_DATA.get(code, {})
    name = names.get("en", UNKNOWN)
    return names.get(name[1:], UNKNOWN) if name.startswith("*") else name


def _nested(found: dict[str, object], first: str, second: str) -> object:
    inner = found.get(first)
    return inner.get(second) if isinstance(inner, dict) else None
