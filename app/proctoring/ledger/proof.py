"""Whether the hours are right, from first principles. Pure.

Nothing here believes a total or a state: time counts because looks that were passed
enclose it, and corrections because two people stand behind them in the trail, or one
who dismissed an incident.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import UUID

from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.words import IMPOSTOR, Verdict
from app.proctoring.ledger.domain import (
    Correction,
    Decided,
    History,
    Look,
    Standing,
    Stretch,
    Totals,
    totals,
)
from app.proctoring.ledger.words import REASONS

HELD = timedelta(seconds=1)
"""A picture is held, then time is set running: within one transaction."""
NO_DOUBT = (Verdict.MATCH, Verdict.NO_VIDEO, Verdict.SYSTEM_UNAVAILABLE, Verdict.HELD)
_JUST = timedelta(microseconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)
ASKED, APPROVED = "correction.asked", "correction.approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`where`: 'stretch 17', 'correction …' or 'module …', of this student."""

    srn: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.srn}: {self.where}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the trail says of a correction."""

    correction: UUID
    whom: AccountId
    what: str
    by: AccountId | None
    seconds: int
    module: str


def recompute(
    history: History, bridge: timedelta, written: Iterable[Written] = ()
) -> list[Problem]:
    """What is wrong with one student's hours; nothing, if all is well."""
    lines = [
        *_begins(history),
        *_ends(history, bridge),
        *_reasons(history.stretches),
        *_overlaps(history.stretches),
        *_two_people(history.corrections, list(written)),
        *_sums(history),
    ]
    return [Problem(srn=history.srn, where=where, what=what) for where, what in lines]


Lines = Iterator[tuple[str, str]]


def _begins(history: History) -> Lines:
    """With the verdict of a look that was passed, or with one held for a person; or
    where such a look has ended the stretch before, or the doubt after it."""
    begun, held = _beginnings(history), defaultdict[SittingId, list[datetime]](list)
    for look in history.looks:
        if look.held_at is not None:
            held[look.sitting].append(look.held_at)
    for it in history.stretches:
        if it.till < it.since:
            yield _name(it), "ends before it begins"
        is_held = any(timedelta() <= it.since - at < HELD for at in held[it.sitting])
        if (it.sitting, it.since) not in begun and not is_held:
            yield _name(it), "does not begin with a look of its sitting"


def _beginnings(history: History) -> set[tuple[SittingId, datetime | None]]:
    ends: dict[SittingId, datetime] = {}
    for it in history.stretches:
        ends[it.sitting] = min(ends.get(it.sitting, it.till), it.till)
    passed = [it for it in history.looks if it.passed and it.held_at is None]
    seen = [it for it in history.looks if it.passed or it.held_at]
    return {(it.sitting, it.judged_at) for it in passed} | {
        (it.sitting, it.asked_at)
        for it in seen
        if ends.get(it.sitting, _NEVER) <= it.asked_at
    }


def _ends(history: History, bridge: timedelta) -> Lines:
    """What counts ends before a passed look, and no failed one was judged before.

    An empty chair speaks against what comes after it, not against what glances
    vouched for before.
    """
    passed = sorted(
        (it.asked_at, it.judged_at or _NEVER) for it in history.looks if it.passed
    )
    failed = {(it.sitting, it.asked_at) for it in history.looks if _is_doubt(it)}
    incidents = _First(
        it for it in history.looks if it.raised and it.verdict in IMPOSTOR
    )
    for it in history.stretches:
        if it.state is not Standing.CONFIRMED:
            continue
        last = _NEVER if it.stretch in history.excused else it.till + bridge + _JUST
        near = passed[_at(passed, it.till) : _at(passed, last)]
        if it.is_open or not near:
            yield _name(it), "is confirmed, and no passed look closes it"
        elif (it.sitting, it.till) in failed:
            yield _name(it), "is confirmed, and a failed look closes it"
        elif incidents.judged_after(it.till) < min(judged for _, judged in near):
            yield _name(it), "is confirmed, and an incident came before a passed look"


def _at(looks: Sequence[tuple[datetime, datetime]], asked_at: datetime) -> int:
    return bisect_left(looks, asked_at, key=lambda it: it[0])


class _First:
    """When the first look of those asked from some moment on was judged."""

    def __init__(self, looks: Iterable[Look]) -> None:
        found = sorted((it.asked_at, it.judged_at or _NEVER) for it in looks)
        self._asked = [asked for asked, _ in found]
        judged = accumulate((judged for _, judged in reversed(found)), min)
        self._judged = [*reversed(list(judged)), _NEVER]

    def judged_after(self, asked_at: datetime) -> datetime:
        return self._judged[bisect_left(self._asked, asked_at)]


def _is_doubt(look: Look) -> bool:
    """A machine's look that failed: a stretch that it ends is void."""
    return look.held_at is None and look.verdict not in NO_DOUBT


def _reasons(stretches: Iterable[Stretch]) -> Lines:
    for it in stretches:
        if it.state is Standing.VOID and it.reason not in REASONS:
            yield _name(it), "is void for no reason we know"
        if it.state is not Standing.VOID and it.reason is not None:
            yield _name(it), "has a reason to be void, and is not"


def _overlaps(stretches: Iterable[Stretch]) -> Lines:
    last: Stretch | None = None
    for it in sorted(stretches, key=lambda it: it.since):
        if it.length_us <= 0 and not it.is_open:
            continue
        if last is not None and (it.since < last.till or last.is_open):
            yield _name(it), f"overlaps {_name(last)}"
        if last is None or it.till > last.till:
            last = it


def _two_people(corrections: Iterable[Correction], written: list[Written]) -> Lines:
    known = {(w.correction, w.what, w.by, w.seconds, w.module) for w in written}
    gone = {w.correction for w in written if w.what == APPROVED}
    for it in corrections:
        if it.state is not Decided.APPROVED:
            continue
        gone.discard(it.correction)
        where = f"correction {it.correction}"
        alone = it.decided_by == it.asked_by and it.incident is None
        if it.decided_by is None or it.decided_by == it.account or alone:
            yield where, "was not approved by a second person"
        for what, by in ((ASKED, it.asked_by), (APPROVED, it.decided_by)):
            if (it.correction, what, by, it.seconds, it.module) not in known:
                yield where, f"the trail does not say the same of '{what}'"
    for one in sorted(gone):
        yield f"correction {one}", "is approved in the trail, and not in force"


def _sums(history: History) -> Lines:
    ours = totals(history.stretches, history.corrections)
    for module in sorted({*ours, *history.told}):
        mine = ours.get(module, Totals())
        told = history.told.get(module, Totals())
        where = f"module {module}"
        if mine != told:
            yield where, f"the dashboard says {told}, the stretches add up to {mine}"
        if mine.confirmed_us < 0:
            yield where, "less than nothing is confirmed"


def _name(stretch: Stretch) -> str:
    return f"stretch {stretch.stretch}"
