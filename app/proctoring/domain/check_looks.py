"""What a judged look does to a device check: it never runs, and no time changes.

Once the student is recognised, and where the template lacks them, captures follow: from
the front and with the head turned a little, each until it is good or patience ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import permutations

from app.kernel.findings import Ask
from app.proctoring.domain.changes import CaptureTaken, Change
from app.proctoring.domain.draws import TURNS
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.planning import LookWanted
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Outcome, Watch, end
from app.proctoring.domain.words import Ending, Verdict, Why

_ORDERS = tuple(permutations(TURNS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """The captures that the template lacks, in the order they are asked for; `asked`:
    the one this look was about."""

    missing: Sequence[Ask] = ()
    asked: Ask | None = None

    @property
    def taken(self) -> Ask | None:
        return self.asked if self.asked in self.missing else None


def in_turn(missing: Sequence[Ask], u: float) -> list[Ask]:
    """From the front first; in which order the head turns, chance (0 <= u < 1) says,
    so that no recording fits."""
    order = (Ask.FRONT, *_ORDERS[int(u * len(_ORDERS))])
    return [ask for ask in order if ask in missing]


def judge_check(
    watch: Watch, look: Judged, policy: Policy, guidance: Guidance
) -> Outcome:
    """What it saw is kept; the check ends when nothing more is wanted of it."""
    watch = replace(watch, verdict=look.verdict, looked_at=look.asked_at)
    if look.verdict is Verdict.MATCH:
        return _seen(watch, look, policy, guidance)
    if look.verdict is not Verdict.SYSTEM_UNAVAILABLE:
        watch = replace(watch, failures=watch.failures + 1)
    guided = look.why is Why.ENROL
    if watch.failures >= (policy.enrol_tries if guided else policy.check_tries):
        return end(watch, Ending.CHECKED, look.at, policy)
    if guided and guidance.missing:
        return watch, [_capture(guidance.missing[0], look.at, policy)]
    again = look.at + timedelta(seconds=policy.retry_after_s)
    return watch, [LookWanted(why=Why.RETRY, due_at=again)]


def _seen(watch: Watch, look: Judged, policy: Policy, guidance: Guidance) -> Outcome:
    taken = guidance.taken
    left = [ask for ask in guidance.missing if ask is not taken]
    changes: list[Change] = [CaptureTaken(ask=taken)] if taken else []
    watch = replace(watch, failures=0)
    if left:
        return watch, [*changes, _capture(left[0], look.at, policy)]
    ended, more = end(watch, Ending.CHECKED, look.at, policy)
    return ended, [*changes, *more]


def _capture(ask: Ask, now: datetime, policy: Policy) -> LookWanted:
    """In a moment: the student reads first what is asked."""
    due_at = now + timedelta(seconds=policy.enrol_after_s)
    return LookWanted(why=Why.ENROL, due_at=due_at, ask=ask)
