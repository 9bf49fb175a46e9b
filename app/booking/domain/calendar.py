"""A test as an entry of a calendar (RFC 5545, with the methods of RFC 5546)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

FOLD = 75
"""Octets of a line, without its end."""
ALARMS = ("-P1D", "-PT2H")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`uid` stays with the order; `sequence` counts what changed about it."""

    uid: str
    sequence: int
    cancelled: bool
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    made_at: datetime
    summary: str
    description: str
    location: str
    url: str
    organizer: str
    """An address."""


def ics(it: Entry) -> bytes:
    """As UTF-8; every line is folded and ends with CRLF."""
    method, status = ("CANCEL", "CANCELLED") if it.cancelled else ("PUBLISH", None)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Module Study//Tests//EN",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{escaped(it.uid)}",
        f"SEQUENCE:{it.sequence}",
        f"DTSTAMP:{_utc(it.made_at)}",
        f"LAST-MODIFIED:{_utc(it.changed_at)}",
        f"DTSTART:{_utc(it.starts_at)}",
        f"DTEND:{_utc(it.ends_at)}",
        f"SUMMARY:{escaped(it.summary)}",
        f"DESCRIPTION:{escaped(it.description)}",
        f"LOCATION:{escaped(it.location)}",
        f"URL:{it.url}",
        f'ORGANIZER;CN="Module Study":mailto:{it.organizer}',
        f"STATUS:{status or 'CONFIRMED'}",
        "TRANSP:OPAQUE",
        *([] if it.cancelled else _alarms(it.summary)),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def escaped(text: str) -> str:
    """A value of the type TEXT. Signs that may not stand there are left out."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(it for it in unix if it in "\n\t" or _may_stand(it))
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> bytes:
    """At most 75 octets a line; no character is cut in two."""
    return b"\r\n ".join(_pieces(line)) + b"\r\n"


def _pieces(line: str) -> Iterator[bytes]:
    piece, room = b"", FOLD
    for char in line:
        octets = char.encode()
        if len(piece) + len(octets) > room:
            yield piece
            piece, room = b"", FOLD - 1  # The blank that begins it counts.
        piece += octets
    yield piece


def _may_stand(char: str) -> bool:
    code = ord(char)
    return code >= 0x20 and code != 0x7F and not 0xD800 <= code <= 0xDFFF


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _alarms(summary: str) -> Iterator[str]:
    for before in ALARMS:
        yield from (
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"TRIGGER:{before}",
            f"DESCRIPTION:{escaped(summary)}",
            "END:VALARM",
        )
