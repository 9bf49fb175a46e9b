"""What a student agrees to before a camera is used: itemised, versioned, revocable.

After the Digital Personal Data Protection Act 2023 (India), sections 5 and 6: the
notice names the data, the purpose, how to withdraw and where to complain; consent is
specific to a purpose, and withdrawing is as easy as giving.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.kernel.refusals import Conflict, Refusal


class Purpose(StrEnum):
    CAMERA = "camera"
    BIOMETRICS = "biometrics"
    EVIDENCE = "evidence"


class CheckedBy(StrEnum):
    """Who compares a student's pictures with the profile photo."""

    MACHINE = "machine"
    PERSON = "person"


class ConsentNeeded(Conflict):
    """Before your camera is used we need your consent. Please read what happens with
    it, and decide."""


class BiometricsDeclined(ConsentNeeded):
    """You have not agreed to face comparison by a machine. Agree to it, or ask for your
    pictures to be checked by a person: same hours, same rules."""


class NoticeChanged(Conflict):
    """The text has changed since this page was opened. Please read it again."""


class UnknownPurpose(Refusal):
    """There is no such point to agree to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One purpose as the notice tells it; `since`: the version its text last changed
    in, so that older consents to it no longer hold."""

    code: Purpose
    needed: bool
    since: int
    title: str
    what: str
    why: str
    how_long: str
    who_sees: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    version: int
    published: date
    title: str
    intro: str
    withdrawing: str
    complaints: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Stands until it is withdrawn."""

    purpose: Purpose
    version: int
    given_at: datetime
    given_on: str
    withdrawn_at: datetime | None = None


def read_notice(text: str) -> Notice:
    """Of its TOML. Raises ValueError, KeyError or TypeError for a wrong one."""
    told = tomllib.loads(text)
    items = tuple(
        Item(**{**it, "code": Purpose(it["code"])}) for it in told.pop("purpose")
    )
    if {it.code for it in items} != set(Purpose):
        raise ValueError("a notice tells of every purpose once")
    return Notice(items=items, **told)


def standing(consents: Iterable[Consent], notice: Notice) -> dict[Purpose, Consent]:
    """Those that hold: not withdrawn, and to a text that still stands."""
    since = {it.code: it.since for it in notice.items}
    return {
        it.purpose: it
        for it in consents
        if it.withdrawn_at is None and it.version >= since[it.purpose]
    }


def require_for_camera(
    held: Mapping[Purpose, Consent], checked_by: CheckedBy
) -> CheckedBy:
    """Raises ConsentNeeded or BiometricsDeclined."""
    if Purpose.CAMERA not in held:
        raise ConsentNeeded
    if checked_by is CheckedBy.MACHINE and Purpose.BIOMETRICS not in held:
        raise BiometricsDeclined
    return checked_by


def receipt_text(
    name: str, srn: str, consents: Iterable[Consent], notice: Notice
) -> str:
    """What was agreed to and when, in words; times in UTC."""
    titles = {it.code: it for it in notice.items}
    lines = [f"Consent receipt for {name} ({srn})", notice.title, ""]
    for it in consents:
        item = titles[it.purpose]
        lines += [
            f"{item.title} (text of version {it.version})",
            f"  given      {it.given_at:%Y-%m-%d %H:%M:%S} UTC, {it.given_on}",
            f"  withdrawn  {_when(it.withdrawn_at)}",
            f"  data       {item.what}",
            f"  purpose    {item.why}",
            f"  kept       {item.how_long}",
            f"  seen by    {item.who_sees}",
            "",
        ]
    if len(lines) == 3:
        lines += ["Nothing has been agreed to.", ""]
    return "\n".join([*lines, notice.withdrawing, notice.complaints, ""])


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "no, it stands"
