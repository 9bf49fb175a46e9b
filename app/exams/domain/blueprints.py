"""What a paper is made of, and whether a bank can give it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.exams.domain.bodies import TAG_MOST
from app.kernel.refusals import Conflict, Refusal

PARTS_MOST, COUNT_MOST = 30, 500


class CannotBeDrawn(Conflict):
    """The bank has too few questions for such a paper."""


class BadBlueprint(Refusal):
    """A paper has parts, each a tag and how many questions of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    tag: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """`cooling_s`: how long after an end the next one waits. `remote`: may be sat
    outside of a centre. `version` 0: not saved yet."""

    parts: tuple[Part, ...]
    duration_s: int
    pass_mark: int = 50
    cooling_s: int = 0
    remote: bool = False
    pause_stops_clock: bool = True
    version: int = 0

    @property
    def count(self) -> int:
        return sum(it.count for it in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """These parts ask together for more than all questions with one of their tags."""

    tags: tuple[str, ...]
    asked: int
    there: int
    each: Mapping[str, int]

    def words(self) -> str:
        is_or_are = "is" if self.asked == 1 else "are"
        if len(self.tags) == 1:
            return (
                f"The tag {self.tags[0]!r} has {_many(self.there)}, "
                f"{self.asked} {is_or_are} asked."
            )
        named = [f"{it!r} ({self.each[it]})" for it in self.tags]
        listed = f"{', '.join(named[:-1])} and {named[-1]}"
        return (
            f"The tags {listed} share questions: together they have "
            f"{_many(self.there)}, {self.asked} {is_or_are} asked."
        )


def require_sense(it: Blueprint) -> None:
    """Raises BadBlueprint."""
    tags = [part.tag for part in it.parts]
    if not 0 < len(tags) <= PARTS_MOST:
        raise BadBlueprint(f"A paper has 1 to {PARTS_MOST} parts.")
    if len(set(tags)) < len(tags):
        twice = next(tag for tag in tags if tags.count(tag) > 1)
        raise BadBlueprint(f"The tag {twice!r} stands twice; put its parts together.")
    for part in it.parts:
        _require_part(part)
    if not 60 <= it.duration_s <= 43_200:
        raise BadBlueprint("A test takes 1 minute to 12 hours.")
    if not 1 <= it.pass_mark <= 100:
        raise BadBlueprint("The pass mark is 1 to 100 percent.")
    if not 0 <= it.cooling_s <= 31_536_000:
        raise BadBlueprint("The cooling-off is at most a year.")


def _require_part(it: Part) -> None:
    if not 0 < len(it.tag) <= TAG_MOST:
        raise BadBlueprint("Every part names a tag.")
    if not 0 < it.count <= COUNT_MOST:
        raise BadBlueprint(f"{it.tag!r}: a part has 1 to {COUNT_MOST} questions.")


def require_drawable(it: Blueprint, bank: Iterable[Sequence[str]]) -> None:
    """`bank`: each question's tags. Raises CannotBeDrawn, which says what lacks."""
    found = shortage(it.parts, bank)
    if found:
        raise CannotBeDrawn(f"{found.words()} Nothing was saved.")


def shortage(parts: Sequence[Part], bank: Iterable[Sequence[str]]) -> Shortage | None:
    """None when every part gets its questions and none is asked twice.

    A flow from kinds of question (which of the parts' tags they have) to parts; when
    it falls short, the parts that still reach each other are the ones that lack
    (Hall's theorem), so the words are exact.
    """
    wanted = {it.tag: it.count for it in parts}
    kinds = Counter(frozenset(wanted.keys() & set(tags)) for tags in bank)
    flow = _Flow(dict(kinds), dict(wanted))
    for tag in wanted:
        while flow.open[tag] and flow.push(tag):
            pass
    lacking = [tag for tag in wanted if flow.open[tag]]
    if not lacking:
        return None
    reached = flow.reached(lacking[0])
    tags = tuple(it for it in wanted if it in reached)
    return Shortage(
        tags=tags,
        asked=sum(wanted[it] for it in tags),
        there=sum(count for kind, count in kinds.items() if kind & reached),
        each={it: sum(n for kind, n in kinds.items() if it in kind) for it in tags},
    )


@dataclass(slots=True)
class _Flow:
    """`spare`: questions of a kind that no part has; `open`: what a part lacks."""

    spare: dict[frozenset[str], int]
    open: dict[str, int]
    given: Counter[tuple[frozenset[str], str]] = field(default_factory=Counter)

    def push(self, tag: str) -> bool:
        """Gives the part one more, if need be by giving other parts others."""
        came: dict[str, tuple[frozenset[str], str] | None] = {tag: None}
        line = [tag]
        for at in line:
            for kind, left in self.spare.items():
                if at not in kind:
                    continue
                if left:
                    self._hand_over(kind, at, came)
                    self.open[tag] -= 1
                    return True
                for other in kind:
                    if other not in came and self.given[kind, other]:
                        came[other] = (kind, at)
                        line.append(other)
        return False

    def reached(self, tag: str) -> set[str]:
        """The parts that would have to give a question for this one to get one."""
        found, line = {tag}, [tag]
        for at in line:
            for kind in self.spare:
                if at in kind:
                    more = {it for it in kind - found if self.given[kind, it]}
                    found |= more
                    line += more
        return found

    def _hand_over(
        self,
        kind: frozenset[str],
        at: str,
        came: Mapping[str, tuple[frozenset[str], str] | None],
    ) -> None:
        self.spare[kind] -= 1
        self.given[kind, at] += 1
        while (step := came[at]) is not None:
            other_kind, receiver = step
            self.given[other_kind, at] -= 1
            self.given[other_kind, receiver] += 1
            at = receiver


def _many(count: int) -> str:
    return "1 question" if count == 1 else f"{count} questions"
