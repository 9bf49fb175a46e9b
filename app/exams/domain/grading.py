"""What a paper is worth: points, percent, pass or not. No negative marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Context, Decimal

from app.exams.domain.questions import Answer, Question, is_right

PLACES = Decimal("1E-10")
"""As fine as a percentage is kept. Whether it is enough is told from the points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One place of a paper. `tag`: the part it was drawn for; `withdrawn`: this
    version counts for nobody any more."""

    position: int
    tag: str
    question: Question
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One acknowledged answer. The highest turn of a place counts."""

    position: int
    turn: int
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of one tag: how many of how many."""

    points: int
    of_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """`percent` is never above what it is exactly. `passed` may stand although it is
    below the mark: a pass that was told is kept when a question is withdrawn."""

    points: int
    of_points: int
    percent: Decimal
    passed: bool
    by_tag: Mapping[str, Share]

    @property
    def is_empty(self) -> bool:
        """Every question was withdrawn: neither a pass nor a failure of anybody's."""
        return self.of_points == 0


def grade(asked: Sequence[Asked], given: Iterable[Given], pass_mark: int) -> Grade:
    """Each question that counts is one point, all or nothing."""
    answers = latest(given)
    by_tag: dict[str, Share] = {}
    for place in asked:
        if place.withdrawn:
            continue
        right = is_right(place.question, answers.get(place.position))
        so_far = by_tag.get(place.tag, Share(points=0, of_points=0))
        by_tag[place.tag] = Share(
            points=so_far.points + right, of_points=so_far.of_points + 1
        )
    points = sum(it.points for it in by_tag.values())
    of_points = sum(it.of_points for it in by_tag.values())
    return Grade(
        points=points,
        of_points=of_points,
        percent=percent(points, of_points),
        passed=reaches(points, of_points, pass_mark),
        by_tag=by_tag,
    )


def latest(given: Iterable[Given]) -> dict[int, Answer]:
    """Of each place, in whatever order they come."""
    newest: dict[int, Given] = {}
    for it in given:
        known = newest.get(it.position)
        if known is None or it.turn > known.turn:
            newest[it.position] = it
    return {position: it.answer for position, it in newest.items()}


def reaches(points: int, of_points: int, pass_mark: int) -> bool:
    """Without a division, so that no rounding decides."""
    return of_points > 0 and points * 100 >= pass_mark * of_points


def percent(points: int, of_points: int) -> Decimal:
    """Rounded down; of nothing, 0."""
    if of_points == 0:
        return Decimal(0)
    # Digits enough for every whole part, and rounding down each time.
    down = Context(prec=28, rounding=ROUND_DOWN)
    exact = down.divide(Decimal(points * 100), Decimal(of_points))
    return exact.quantize(PLACES, context=down)


def shown(exact: Decimal) -> str:
    """With one digit, rounded down: nobody reads "50.0 %" and "not passed"."""
    return f"{exact.quantize(Decimal('0.1'), rounding=ROUND_DOWN)} %"


def regraded(before: Grade, anew: Grade, *, may_fail: bool) -> Grade:
    """A pass that was told is not taken away, unless policy says so."""
    if before.passed and not anew.passed and not may_fail:
        return replace(anew, passed=True)
    return anew
