"""Hours one can check: each stretch, whether it counts, and why. Pure.

Lengths are whole microseconds, as finely as the database knows a time: sums of them
agree however they are taken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.kernel.ids import AccountId, LookId, ModuleCode, SittingId
from app.proctoring.domain.words import Verdict

SECOND_US = 1_000_000
_ONE = timedelta(microseconds=1)


class Standing(StrEnum):
    """Of a stretch."""

    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"
    VOID = "void"


class Decided(StrEnum):
    """Of a correction."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def length_us(since: datetime, till: datetime) -> int:
    """In UTC: two times of one zone would subtract their clocks' faces."""
    return (till.astimezone(UTC) - since.astimezone(UTC)) // _ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """`till`: its end, or how far an open one has reached."""

    stretch: int
    sitting: SittingId
    account: AccountId
    module: ModuleCode
    since: datetime
    till: datetime
    state: Standing
    reason: str | None = None
    is_open: bool = False

    @property
    def length_us(self) -> int:
        return length_us(self.since, self.till)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One that was judged, or `held_at` a moment for a person to judge.

    `raised`: an incident came of it.
    """

    look: LookId
    sitting: SittingId
    account: AccountId
    asked_at: datetime
    judged_at: datetime | None = None
    held_at: datetime | None = None
    verdict: Verdict | None = Verdict.MATCH
    raised: bool = False

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.MATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Time that one person asked to grant or take away, and another decided.

    `asked_as` and `decided_as` are their roles at that moment. Of a dismissed
    `incident`, one person gives its time back.
    """

    correction: UUID
    account: AccountId
    module: ModuleCode
    seconds: int
    reason: str
    asked_by: AccountId
    asked_as: str
    asked_at: datetime
    stretch: int | None = None
    state: Decided = Decided.ASKED
    decided_by: AccountId | None = None
    decided_as: str | None = None
    decided_at: datetime | None = None
    incident: UUID | None = None

    @property
    def length_us(self) -> int:
        return self.seconds * SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """From `at` on, this topic was open, as the page told it."""

    sitting: SittingId
    at: datetime
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`corrected_us` is part of `confirmed_us`, and may be less than nothing."""

    confirmed_us: int = 0
    provisional_us: int = 0
    void_us: int = 0
    corrected_us: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            confirmed_us=self.confirmed_us + other.confirmed_us,
            provisional_us=self.provisional_us + other.provisional_us,
            void_us=self.void_us + other.void_us,
            corrected_us=self.corrected_us + other.corrected_us,
        )

    @classmethod
    def of(cls, state: Standing, us: int) -> "Totals":
        return cls(**{f"{state}_us": us})


Sums = Mapping[ModuleCode, Totals]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is known of one student's time; stretches and looks in their order.

    `told` is the sum that dashboard and wall read; `excused` are the stretches after
    which we closed the portal, so that a passed look could not come in time.
    """

    account: AccountId
    srn: str = ""
    stretches: tuple[Stretch, ...] = ()
    looks: tuple[Look, ...] = ()
    corrections: tuple[Correction, ...] = ()
    readings: tuple[Reading, ...] = ()
    told: Sums = field(default_factory=dict)
    excused: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a stretch with one topic open; None where the page told none."""

    stretch: int
    module: ModuleCode
    topic: str | None
    since: datetime
    till: datetime
    state: Standing

    @property
    def length_us(self) -> int:
        return length_us(self.since, self.till)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A stretch on a statement. `looks`: how many were passed while it ran or closed
    it; `vouched_at`: when the look was asked that confirmed it."""

    stretch: Stretch
    why: str
    looks: int
    vouched_at: datetime | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleHours:
    """`required_us` before its test."""

    code: ModuleCode
    title: str
    required_us: int
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Newest first; the totals are the ones that dashboard and wall show."""

    account: AccountId
    srn: str
    name: str
    time_zone: str
    as_of: datetime
    entries: tuple[Entry, ...]
    corrections: tuple[Correction, ...]
    modules: tuple[ModuleHours, ...]

    @property
    def overall(self) -> Totals:
        return sum((it.totals for it in self.modules), Totals())


def totals(
    stretches: Iterable[Stretch], corrections: Iterable[Correction] = ()
) -> dict[ModuleCode, Totals]:
    """By module. Only approved corrections count."""
    found: dict[ModuleCode, Totals] = {}
    for it in stretches:
        add = Totals.of(it.state, it.length_us)
        found[it.module] = found.get(it.module, Totals()) + add
    for one in corrections:
        if one.state is Decided.APPROVED:
            add = Totals(confirmed_us=one.length_us, corrected_us=one.length_us)
            found[one.module] = found.get(one.module, Totals()) + add
    return found


def seconds_in_words(us: int) -> str:
    """1 h 09 min 30 s; what is less than a second is left out."""
    seconds = abs(us) // SECOND_US
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    sign = "minus " if us < 0 and seconds else ""
    if hours:
        return f"{sign}{hours} h {minutes:02} min" + (f" {rest:02} s" if rest else "")
    return f"{sign}{minutes} min {rest:02} s" if minutes else f"{sign}{rest} s"


def exact(us: int) -> str:
    """Seconds with all six digits."""
    sign = "-" if us < 0 else ""
    return f"{sign}{abs(us) // SECOND_US}.{abs(us) % SECOND_US:06}"
