"""Drawing a paper: which questions, where, their options in which order.

All of it follows from the recorded seed, so that anybody can draw it again afterwards:

* a stream of label L is HMAC-SHA256(seed, "L:0"), HMAC-SHA256(seed, "L:1"), …, taken as
  numbers of 8 bytes; a number below n is one of them mod n, those skipped that would
  make some remainders likelier (rejection);
* a shuffle is Fisher and Yates' from the last place down, with one number a place;
* `questions` shuffles the bank, sorted by id; one after another is taken if those taken
  so far and it can still be given to parts of their tags (a greedy basis of the
  transversal matroid: it fills the blueprint wherever anything does, and where tags do
  not overlap each set is as likely as any other);
* `places` shuffles what was taken, `options:ID` each question's options.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import UUID

from app.exams.domain.questions import QuestionKind
from app.kernel.refusals import Conflict

SEED = 32
Thing = TypeVar("Thing")


class Part(Protocol):
    """So many questions of this tag."""

    @property
    def tag(self) -> str: ...
    @property
    def count(self) -> int: ...


class Parted(Protocol):
    """The part of a blueprint that drawing needs."""

    @property
    def parts(self) -> Sequence[Part]: ...


class CannotBeDrawn(Conflict):
    """This test cannot be put together just now. Please tell the helpdesk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankQuestion:
    """The newest version of a question; `options`: how many it has."""

    question: UUID
    version: int
    kind: QuestionKind
    tags: tuple[str, ...]
    options: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """`options[shown]` is the option's number as it stands in the question."""

    position: int
    question: UUID
    version: int
    part_tag: str
    options: tuple[int, ...]


def draw(
    blueprint: Parted, bank: Sequence[BankQuestion], seed: bytes
) -> tuple[Placed, ...]:
    """The same for the same blueprint, bank and seed. Raises CannotBeDrawn."""
    taken = _take(blueprint, _in_order(bank), seed)
    wanted = sum(part.count for part in blueprint.parts)
    if len(taken) < wanted:
        raise CannotBeDrawn
    shuffled = shuffle(taken, stream(seed, "places"))
    return tuple(
        Placed(
            position=position,
            question=it.question,
            version=it.version,
            part_tag=tag,
            options=_options(it, seed),
        )
        for position, (it, tag) in enumerate(shuffled, start=1)
    )


def stream(seed: bytes, label: str) -> Iterator[int]:
    """Numbers of 64 bits without end."""
    block = 0
    while True:
        message = f"{label}:{block}".encode()
        digest = hmac.new(seed, message, hashlib.sha256).digest()
        for at in range(0, len(digest), 8):
            yield int.from_bytes(digest[at : at + 8], "big")
        block += 1


def below(most: int, numbers: Iterator[int]) -> int:
    """Uniform in 0..most-1."""
    fair = 2**64 - 2**64 % most
    return next(it for it in numbers if it < fair) % most


def shuffle(things: Sequence[Thing], numbers: Iterator[int]) -> list[Thing]:
    found = list(things)
    for last in range(len(found) - 1, 0, -1):
        other = below(last + 1, numbers)
        found[last], found[other] = found[other], found[last]
    return found


def _in_order(bank: Sequence[BankQuestion]) -> list[BankQuestion]:
    """However the database gave them; of two versions of one, the newest."""
    newest: dict[UUID, BankQuestion] = {}
    for it in sorted(bank, key=lambda it: (it.question, it.version)):
        newest[it.question] = it
    return list(newest.values())


def _options(it: BankQuestion, seed: bytes) -> tuple[int, ...]:
    numbers = stream(seed, f"options:{it.question}")
    return tuple(shuffle(range(it.options), numbers))


def _take(
    blueprint: Parted, bank: Sequence[BankQuestion], seed: bytes
) -> list[tuple[BankQuestion, str]]:
    filling = _Filling([part.count for part in blueprint.parts])
    tags = [part.tag for part in blueprint.parts]
    for it in shuffle(bank, stream(seed, "questions")):
        if filling.is_full:
            break
        fits = [n for n, tag in enumerate(tags) if tag in it.tags]
        filling.try_to_take(it, fits)
    return [(it, tags[part]) for it, part in filling.found()]


@dataclass(slots=True)
class _Filling:
    """Questions given to parts; one that could stand elsewhere makes room."""

    free: list[int]
    fits: dict[BankQuestion, list[int]] = field(default_factory=dict)
    part_of: dict[BankQuestion, int] = field(default_factory=dict)
    inside: dict[int, list[BankQuestion]] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        return not any(self.free)

    def found(self) -> list[tuple[BankQuestion, int]]:
        """In the order in which they were taken."""
        return [(it, self.part_of[it]) for it in self.fits]

    def try_to_take(self, it: BankQuestion, fits: list[int]) -> None:
        """Takes it if all those taken and it have a part (an augmenting path)."""
        reached: dict[int, tuple[BankQuestion, int] | None] = dict.fromkeys(fits)
        waiting = list(fits)
        for part in waiting:
            if self.free[part]:
                self.fits[it] = fits
                self._move_along(it, part, reached)
                return
            for other in self.inside.get(part, []):
                for onward in self.fits[other]:
                    if onward not in reached:
                        reached[onward] = (other, part)
                        waiting.append(onward)

    def _move_along(
        self,
        it: BankQuestion,
        part: int,
        reached: dict[int, tuple[BankQuestion, int] | None],
    ) -> None:
        self.free[part] -= 1
        while (step := reached[part]) is not None:
            moved, before = step
            self.inside[before].remove(moved)
            self._put(moved, part)
            part = before
        self._put(it, part)

    def _put(self, it: BankQuestion, part: int) -> None:
        self.part_of[it] = part
        self.inside.setdefault(part, []).append(it)
