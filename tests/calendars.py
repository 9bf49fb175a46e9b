"""A strict reader of calendars (RFC 5545): what it does not know, it refuses."""

import re
from dataclasses import dataclass, field

LINE = re.compile(r'^([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*):(.*)$', re.S)
ONCE = {"UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY"}
ONCE |= {"DESCRIPTION", "LOCATION", "URL", "ORGANIZER", "STATUS", "TRANSP"}
TEXTS = {"UID", "SUMMARY", "DESCRIPTION", "LOCATION"}


@dataclass
class Part:
    name: str
    values: dict[str, str] = field(default_factory=dict)
    parts: list["Part"] = field(default_factory=list)


def unfolded(raw: bytes) -> list[str]:
    assert raw.endswith(b"\r\n")
    for line in raw[:-2].split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()  # No character is cut in two.
    return raw[:-2].replace(b"\r\n ", b"").decode().split("\r\n")


def unescaped(text: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", text), text
    found = re.sub(r"\\([\\;,nN])", lambda it: _PLAIN.get(it[1], it[1]), text)
    rest = re.sub(r"\\[\\;,nN]", "", text)
    assert "\\" not in rest
    return found


_PLAIN = {"n": "\n", "N": "\n"}


def read_calendar(raw: bytes) -> Part:
    root = Part("")
    path = [root]
    for line in unfolded(raw):
        found = LINE.match(line)
        assert found, line
        name, _, value = found.groups()
        if name == "BEGIN":
            part = Part(value)
            path[-1].parts.append(part)
            path.append(part)
        elif name == "END":
            assert path.pop().name == value
        else:
            assert name not in path[-1].values, name
            path[-1].values[name] = unescaped(value) if name in TEXTS else value
    assert path == [root]
    [calendar] = root.parts
    assert calendar.name == "VCALENDAR"
    assert calendar.values["VERSION"] == "2.0"
    assert calendar.values["PRODID"]
    [event] = calendar.parts
    assert set(event.values) <= ONCE
    for stamp in ("DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND"):
        assert re.fullmatch(r"\d{8}T\d{6}Z", event.values[stamp])
    assert event.values["DTSTART"] < event.values["DTEND"]
    for alarm in event.parts:
        assert alarm.name == "VALARM"
        assert set(alarm.values) == {"ACTION", "TRIGGER", "DESCRIPTION"}
    return calendar
