"""What a student agrees to before a camera is used: itemised, versioned, revocable.

After the Digital Personal Data Protection Act 2023 (India), sections 5 and 6: the
notice names the data, the purpose, how to withdraw and where to complain; consent is
specific to a purpose, and withdrawing is as easy as giving.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from app.kernel.refusals import Conflict, Refusal


class Purpose(StrEnum):
    CAMERA = "camera"
    BIOMETRICS = "biometrics"
    EVIDENCE = "evidence"


NEEDED = frozenset({Purpose.CAMERA})
"""Without them no time can run, whoever compares."""


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

    @property
    def words(self) -> tuple[str, ...]:
        return self.title, self.what, self.why, self.how_long, self.who_sees


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


def read_notices(texts: Iterable[str]) -> tuple[Notice, ...]:
    """All versions, the newest last: that one is shown.

    Raises ValueError, KeyError or TypeError for a wrong one, and where the words of a
    point changed and its `since` did not: nobody has agreed to those words yet.
    """
    notices = tuple(sorted(map(read_notice, texts), key=lambda it: it.version))
    if not notices or [it.version for it in notices] != [*range(1, len(notices) + 1)]:
        raise ValueError("notices are numbered from 1, and none is missing")
    for older, newer in pairwise(notices):
        was = {it.code: it for it in older.items}
        for it in newer.items:
            same = it.words == was[it.code].words
            if it.since < (was[it.code].since if same else newer.version):
                raise ValueError(f"{it.code} changed in version {newer.version}")
    return notices


def read_notice(text: str) -> Notice:
    """Of its TOML. Raises ValueError, KeyError or TypeError for a wrong one."""
    told = tomllib.loads(text)
    items = tuple(
        Item(**{**it, "code": Purpose(it["code"])}) for it in told.pop("purpose")
    )
    notice = Notice(items=items, **told)
    if sorted(it.code for it in items) != sorted(Purpose):
        raise ValueError("a notice tells of every purpose once")
    if {it.code for it in items if it.needed} != NEEDED:
        raise ValueError("what is needed is decided in the code")
    if not all(1 <= it.since <= notice.version for it in items):
        raise ValueError("a text cannot have changed later than its notice")
    if not all(said.strip() for said in _everything(notice)):
        raise ValueError("a notice leaves nothing out")
    return notice


def _everything(notice: Notice) -> Iterator[str]:
    yield from (notice.title, notice.intro, notice.withdrawing, notice.complaints)
    for it in notice.items:
        yield from it.words


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
    owner: str, consents: Iterable[Consent], notices: Sequence[Notice], keys: str
) -> str:
    """What was agreed to and when, in the words that were shown; times in UTC.

    `keys`: the address of the public key.
    """
    newest = notices[-1]
    lines = [f"Consent receipt for {owner}", newest.title, ""]
    for it in consents:
        lines += [*_agreed(it, notices), ""]
    if len(lines) == 3:
        lines += ["Nothing has been agreed to.", ""]
    return "\n".join(
        [
            *lines,
            newest.withdrawing,
            newest.complaints,
            "",
            "To check this file, keep it unchanged and run: spom receipt verify FILE",
            "Or without us: its last line is a detached JWS (RFC 7515, appendix F) of",
            f"all lines before it; the key is at {keys}",
            "",
        ]
    )


def _agreed(it: Consent, notices: Sequence[Notice]) -> Iterator[str]:
    found = (
        item
        for notice in notices
        if notice.version == it.version
        for item in notice.items
        if item.code is it.purpose
    )
    item = next(found, None)
    yield f"{item.title if item else it.purpose} (text of version {it.version})"
    yield f"  given      {it.given_at:%Y-%m-%d %H:%M:%S} UTC, {it.given_on}"
    yield f"  withdrawn  {_when(it.withdrawn_at)}"
    if item is not None:
        yield f"  data       {item.what}"
        yield f"  purpose    {item.why}"
        yield f"  kept       {item.how_long}"
        yield f"  seen by    {item.who_sees}"


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "no, it stands"
