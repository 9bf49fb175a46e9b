"""A batch of answers: read one by one, and sorted by what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from app.exams.domain.answers import (
    TURN_MOST,
    Json,
    Place,
    UnknownPlace,
    from_json,
    parse,
    shown,
    to_json,
)
from app.kernel.refusals import Conflict, Refusal

BATCH_MOST = 50


class StaleAnswer(Conflict):
    """A newer answer to this question was saved already."""


class BadTurn(Refusal):
    """Turns are whole numbers from 1. Reload the page."""


class TooManyAtOnce(Refusal):
    """A batch has 1 to 50 answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as a page sends it."""

    position: int
    turn: int
    answer: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Acknowledged: it counts, unless a higher turn of its place does. `answer`: as it
    was read, and as a page shows it."""

    position: int
    turn: int
    answer: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """`newest`: the highest turn of this place that is kept, as far as we looked."""

    position: int
    turn: int
    refusal: Refusal
    newest: int = 0


Turn: TypeAlias = tuple[int, int]
"""A place and its turn."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """`left`: what was read and nothing is known of yet, as it is kept."""

    places: Mapping[int, Place]
    left: dict[Turn, Json] = field(default_factory=dict)
    saved: list[Saved] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def read(self, given: Sequence[Given]) -> None:
        """Raises TooManyAtOnce; what else is wrong is refused by itself."""
        if not 1 <= len(given) <= BATCH_MOST:
            raise TooManyAtOnce
        for it in given:
            try:
                self._read(it)
            except Refusal as refusal:
                self._refuse(it.position, it.turn, refusal)

    def _read(self, it: Given) -> None:
        place = self.places.get(it.position)
        if place is None:
            raise UnknownPlace
        if not 1 <= it.turn <= TURN_MOST:
            raise BadTurn
        answer = to_json(parse(place, it.answer))
        if self.left.setdefault((it.position, it.turn), answer) != answer:
            raise StaleAnswer

    def keep(self, told: "Told") -> None:
        """What the store says of one."""
        turn = told.position, told.turn
        if told.kept or told.same:
            place = self.places[told.position]
            kept = from_json(place.kind, self.left.pop(turn))
            it = Saved(
                position=told.position, turn=told.turn, answer=shown(place, kept)
            )
            self.saved.append(it)
        elif told.newest >= told.turn:
            del self.left[turn]
            self._refuse(*turn, StaleAnswer(newest=told.newest), told.newest)

    def _refuse(
        self, position: int, turn: int, refusal: Refusal, newest: int = 0
    ) -> None:
        it = Refused(position=position, turn=turn, refusal=refusal, newest=newest)
        self.refused.append(it)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`kept` just now; `same` as what is kept of that turn; `newest`: 0 for none."""

    position: int
    turn: int
    kept: bool
    same: bool
    newest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a page is told of its batch."""

    saved: list[Saved]
    refused: list[Refused]
    now: datetime
    deadline_at: datetime | None = None
