"""Incidents: what collects, what may be decided when, and what a machine would say.

A person decides; a second answers an appeal; to overturn the first takes a third.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict, Forbidden, Refusal
from app.proctoring.domain.words import Verdict

COLLECT = timedelta(minutes=15)
"""What comes this soon after the last belongs to the same incident."""
APPEAL = timedelta(days=14)
REVIEW = timedelta(minutes=5)
"""Who opens an incident has it to themselves for so long."""
REASON_MIN, REASON_MAX = 10, 500
SAID_MIN, SAID_MAX = 10, 2000


class Kind(StrEnum):
    """What a part of an incident is; the verdicts, and what signs told."""

    MISMATCH = Verdict.MISMATCH.value
    NO_FACE = Verdict.NO_FACE.value
    SEVERAL_FACES = Verdict.SEVERAL_FACES.value
    SPOOF = Verdict.SPOOF.value
    NOT_AS_ASKED = Verdict.NOT_AS_ASKED.value
    SAME_CLIP = "same_clip"


class Choice(StrEnum):
    """What a person decides."""

    UPHOLD = "uphold"
    DISMISS = "dismiss"
    WARN = "warn"
    LOOK = "look"
    END = "end"


class Standing(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    DECIDED = "decided"
    APPEALED = "appealed"
    PROPOSED = "proposed"
    CLOSED = "closed"


class Step(StrEnum):
    FIRST = "first"
    ANSWER = "answer"
    CONFIRM = "confirm"


TO_REVIEW = frozenset({Standing.OPEN, Standing.APPEALED, Standing.PROPOSED})
FINAL = frozenset({Choice.UPHOLD, Choice.DISMISS})
"""What may answer an appeal: the rest is for a sitting that still runs."""
NEEDS_WHY = frozenset({Choice.UPHOLD, Choice.WARN, Choice.END})


class DecidedAlready(Conflict):
    """A colleague has decided this meanwhile. The page shows what."""


class AnotherPerson(Forbidden):
    """Somebody else has to decide this: you have had your say in it."""


class OnlyUpholdOrDismiss(Refusal):
    """An appeal is answered by upholding or dismissing."""


class SayWhy(Refusal):
    """Please write a reason of 10 to 500 characters: the student reads it."""


class AppealOnce(Conflict):
    """You have answered this already. A person reads it."""


class TooLateToAppeal(Conflict):
    """The 14 days to answer are over. Write to the helpdesk if something is wrong."""


class NothingToAppeal(Conflict):
    """There is nothing to answer: this is not decided, or in your favour."""


class SayMore(Refusal):
    """Please write 10 to 2000 characters, so that a person can understand it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    step: Step
    choice: Choice
    reason: str
    by: AccountId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident as it is decided on: `choice` is the decision in force."""

    account: AccountId
    state: Standing
    choice: Choice | None = None
    decisions: tuple[Decision, ...] = ()

    @property
    def overturned(self) -> bool:
        """Whether a later decision is another than the first."""
        return bool(self.decisions) and self.choice is not self.decisions[0].choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """`takes_effect`: the choice is in force from now on, and something follows."""

    step: Step
    state: Standing
    choice: Choice
    takes_effect: bool


def belongs(last_at: datetime, at: datetime) -> bool:
    """Whether something at `at` belongs to an open incident last added to at
    `last_at`."""
    return abs(at - last_at) <= COLLECT


def decide(case: Case, by: AccountId, choice: Choice, reason: str) -> Decided:
    """Raises a Refusal that says why not."""
    if case.state not in TO_REVIEW:
        raise DecidedAlready
    if by == case.account or any(it.by == by for it in case.decisions):
        raise AnotherPerson
    if choice in NEEDS_WHY and not REASON_MIN <= len(reason) <= REASON_MAX:
        raise SayWhy
    if case.state is Standing.OPEN:
        return Decided(
            step=Step.FIRST, state=Standing.DECIDED, choice=choice, takes_effect=True
        )
    if choice not in FINAL:
        raise OnlyUpholdOrDismiss
    assert case.choice is not None
    return _answer(case.state, case.choice, choice)


def _answer(state: Standing, in_force: Choice, choice: Choice) -> Decided:
    """The first answer to an appeal proposes to overturn, the second does it."""
    overturns = (choice is Choice.DISMISS) is not (in_force is Choice.DISMISS)
    if state is Standing.APPEALED:
        after = Standing.PROPOSED if overturns else Standing.CLOSED
        return Decided(
            step=Step.ANSWER, state=after, choice=in_force, takes_effect=False
        )
    return Decided(
        step=Step.CONFIRM,
        state=Standing.CLOSED,
        choice=choice if overturns else in_force,
        takes_effect=overturns,
    )


def appeal(
    case: Case, decided_at: datetime | None, said: str, now: datetime
) -> Standing:
    """Once, in time, and against something."""
    if case.state in (Standing.APPEALED, Standing.PROPOSED, Standing.CLOSED):
        raise AppealOnce
    if case.state is not Standing.DECIDED or case.choice is Choice.DISMISS:
        raise NothingToAppeal
    if decided_at is None or now - decided_at > APPEAL:
        raise TooLateToAppeal
    if not SAID_MIN <= len(said) <= SAID_MAX:
        raise SayMore
    return Standing.APPEALED


_ADVICE = {
    Kind.MISMATCH: (
        "{looks} did not recognise the student.",
        "Compare the pictures: another person, or light and angle?",
    ),
    Kind.NOT_AS_ASKED: (
        "{times} the head was not turned as asked.",
        "Does the picture move as a living person does?",
    ),
    Kind.SPOOF: (
        "{looks} doubted that the face is live.",
        "Look for the edge of a screen or of paper.",
    ),
    Kind.SEVERAL_FACES: (
        "{looks} saw more than one person.",
        "Somebody passing by, or somebody helping?",
    ),
    Kind.NO_FACE: (
        "{looks} saw nobody.",
        "An empty chair is no cheating by itself: the time does not count anyway.",
    ),
    Kind.SAME_CLIP: (
        "Another student's camera showed the same picture.",
        "Compare both cases before you decide: one may be a recording of the other.",
    ),
}


def advice(kinds: Sequence[str]) -> list[str]:
    """What the machine has to say: what it saw, and what to look at. No score."""
    counts = Counter(kinds)
    sentences = []
    for kind, (saw, ask) in _ADVICE.items():
        times = counts[kind]
        if times:
            looks = "One look" if times == 1 else f"{times} looks"
            often = "Once" if times == 1 else f"{times} times"
            sentences.append(f"{saw.format(looks=looks, times=often)} {ask}")
    return sentences
