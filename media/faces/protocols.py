"""Which pictures are compared with which: one by one, and several together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from media.faces.models import Vector
from media.faces.rates import Scores

TOGETHER = 3
MOST_PAIRS = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Similarities of one protocol; `who`: the person of each genuine pair, and the
    first of each impostor pair, as indices into `people`."""

    name: str
    genuine: Scores
    impostor: Scores
    genuine_of: tuple[str, ...] = ()
    impostor_of: tuple[tuple[str, str], ...] = ()


def one_to_one(people: Mapping[str, Sequence[Vector]]) -> Compared:
    """Every picture with every other."""
    owners = [who for who, vectors in people.items() for _ in vectors]
    everything = np.array([it for vectors in people.values() for it in vectors])
    genuine: list[float] = []
    impostor: list[float] = []
    genuine_of: list[str] = []
    impostor_of: list[tuple[str, str]] = []
    for first, second in combinations(range(len(owners)), 2):
        score = float(everything[first] @ everything[second])
        if owners[first] == owners[second]:
            genuine.append(score)
            genuine_of.append(owners[first])
        elif len(impostor) < MOST_PAIRS:
            impostor.append(score)
            impostor_of.append((owners[first], owners[second]))
    return Compared(
        name="one picture with one",
        genuine=np.array(genuine),
        impostor=np.array(impostor),
        genuine_of=tuple(genuine_of),
        impostor_of=tuple(impostor_of),
    )


def one_to_several(people: Mapping[str, Sequence[Vector]]) -> Compared:
    """A photo with the mean of three others, as a look is compared."""
    return _grouped(people, f"one photo with the mean of {TOGETHER}", 1)


def several_to_several(people: Mapping[str, Sequence[Vector]]) -> Compared:
    """The mean of three with the mean of three others, as after an enrolment."""
    return _grouped(people, f"the mean of {TOGETHER} with the mean of {TOGETHER}", 3)


def _grouped(
    people: Mapping[str, Sequence[Vector]], name: str, references: int
) -> Compared:
    """Disjoint groups of a person's pictures, in their order."""
    split = {who: _split(vectors, references) for who, vectors in people.items()}
    genuine = [float(a @ b) for it in split.values() for a, b in it]
    probes = {who: [b for _, b in it] for who, it in split.items()}
    known = {who: [a for a, _ in it] for who, it in split.items()}
    impostor = [
        float(a @ b)
        for who, mine in known.items()
        for other, theirs in probes.items()
        if who != other
        for a in mine
        for b in theirs
    ]
    return Compared(
        name=name, genuine=np.array(genuine), impostor=np.array(impostor[:MOST_PAIRS])
    )


def _split(vectors: Sequence[Vector], references: int) -> list[tuple[Vector, Vector]]:
    return [
        (_mean(part[:references]), _mean(part[references:]))
        for part in _parts(vectors, references + TOGETHER)
    ]


def _parts(vectors: Sequence[Vector], size: int) -> Iterator[Sequence[Vector]]:
    for start in range(0, len(vectors) - size + 1, size):
        yield vectors[start : start + size]


def _mean(vectors: Sequence[Vector]) -> Vector:
    mean = np.mean(vectors, axis=0)
    unit: Vector = (mean / np.linalg.norm(mean)).astype(np.float32)
    return unit
