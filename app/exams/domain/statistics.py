"""How questions behave: how many get them right, and whether those are the ones who
get the rest right too."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.exams.domain.questions import Answer

ENOUGH = 30
"""Below it, chance says more than the question."""
WEAK = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One place of a paper that is over."""

    exam: UUID
    question: UUID
    version: int
    is_right: bool
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatistics:
    """`right`: share that answered right (the difficulty, as it is called).
    `discrimination`: point-biserial correlation with the share right of the rest of
    the paper; None when all or none were right, or the rest was the same for all."""

    asked: int
    right: float
    discrimination: float | None
    chosen: Mapping[int, int]
    unanswered: int

    @property
    def is_enough(self) -> bool:
        return self.asked >= ENOUGH

    @property
    def words(self) -> str:
        """For the author: what to think of it."""
        if not self.is_enough:
            return f"Too few answers to say: {self.asked} of {ENOUGH}."
        if self.discrimination is not None and self.discrimination < 0:
            return (
                "Those who know the rest get this one wrong. Is the right answer right?"
            )
        return self._difficulty() or self._telling()

    def _difficulty(self) -> str:
        if self.right > 0.95:
            return "Nearly everybody knows it: it tells little."
        if self.right < 0.2:
            return "Hardly anybody knows it. Is it clear, and is it taught?"
        return ""

    def _telling(self) -> str:
        if self.discrimination is None:
            return "The rest of the papers was alike, so nothing can be compared."
        if self.discrimination < WEAK:
            return "It hardly tells who knows the rest."
        return "It works."


def item_statistics(
    answered: Iterable[Answered],
) -> dict[tuple[UUID, int], ItemStatistics]:
    """By question and version."""
    papers: dict[UUID, list[Answered]] = defaultdict(list)
    for it in answered:
        papers[it.exam].append(it)
    items: dict[tuple[UUID, int], list[tuple[Answered, float | None]]]
    items = defaultdict(list)
    for paper in papers.values():
        right = sum(it.is_right for it in paper)
        for it in paper:
            rest = len(paper) - 1
            share = (right - it.is_right) / rest if rest else None
            items[it.question, it.version].append((it, share))
    return {key: _one(found) for key, found in items.items()}


def point_biserial(pairs: Sequence[tuple[bool, float]]) -> float | None:
    """Pearson's correlation of right (1) or wrong (0) with a score."""
    count = len(pairs)
    if count < 2:
        return None
    mean_x = sum(x for x, _ in pairs) / count
    mean_y = math.fsum(y for _, y in pairs) / count
    both = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    of_x = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    of_y = math.fsum((y - mean_y) ** 2 for _, y in pairs)
    if of_x < 1e-12 or of_y < 1e-12:
        return None
    return max(-1.0, min(1.0, both / math.sqrt(of_x * of_y)))


def _one(found: Sequence[tuple[Answered, float | None]]) -> ItemStatistics:
    chosen: Counter[int] = Counter()
    for it, _ in found:
        if isinstance(it.answer, int):
            chosen[it.answer] += 1
        elif isinstance(it.answer, tuple):
            chosen.update(it.answer)
    pairs = [(it.is_right, rest) for it, rest in found if rest is not None]
    return ItemStatistics(
        asked=len(found),
        right=sum(it.is_right for it, _ in found) / len(found),
        discrimination=point_biserial(pairs),
        chosen=dict(chosen),
        unanswered=sum(it.answer in (None, ()) for it, _ in found),
    )
