"""Pictures for an evaluation: read from folders or pairs, and made into embeddings."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np

from media.faces.engine import FaceEngine
from media.faces.models import Vector
from media.faces.protocols import Compared

PICTURES = {".jpg", ".jpeg"}


@dataclass(slots=True, kw_only=True)
class Found:
    """The embeddings of each person's pictures, how many pictures they come of, and
    those that could not be used."""

    people: dict[str, list[Vector]] = field(default_factory=dict)
    pictures: int = 0
    unusable: list[str] = field(default_factory=list)


def embed_all(engine: FaceEngine, files: Mapping[str, Sequence[Path]]) -> Found:
    """One face a picture; others are named, not guessed at."""
    found = Found()
    every = [(who, path) for who, paths in files.items() for path in paths]
    with click.progressbar(every, label="Looking at pictures") as shown:
        for who, path in shown:
            vector = engine.embed_picture(path.read_bytes())
            if vector is None:
                found.unusable.append(f"{who}/{path.name}")
            else:
                found.people.setdefault(who, []).append(vector)
                found.pictures += 1
    return found


def read_folder(folder: Path) -> dict[str, list[Path]]:
    """A folder a person; names that begin with an underscore are left out."""
    return {
        person.name: sorted(
            path for path in person.iterdir() if path.suffix.lower() in PICTURES
        )
        for person in sorted(folder.iterdir())
        if person.is_dir() and person.name[0] not in "._"
    }


def read_pairs(file: Path) -> list[tuple[Path, Path, bool]]:
    """CSV of `a,b,same` with paths beside the file and same as 1 or 0.

    Raises click.ClickException that names the line.
    """
    pairs = []
    with file.open(newline="") as opened:
        for number, row in enumerate(csv.reader(opened), 1):
            if not row or row[0].startswith("#") or row[:3] == ["a", "b", "same"]:
                continue
            if len(row) < 3 or row[2].strip() not in ("0", "1"):
                raise click.ClickException(
                    f"{file.name}, line {number}: write a,b,same with same 0 or 1."
                )
            one, other = (file.parent / row[0], file.parent / row[1])
            for path in (one, other):
                if not path.is_file():
                    raise click.ClickException(
                        f"{file.name}, line {number}: {path} is not there."
                    )
            pairs.append((one, other, row[2].strip() == "1"))
    return pairs


def compare_pairs(
    engine: FaceEngine, pairs: Sequence[tuple[Path, Path, bool]]
) -> tuple[Compared, Found]:
    """Who is on them is not told: `Found.people` stays empty."""
    paths = sorted({path for one, other, _ in pairs for path in (one, other)})
    found = {path: engine.embed_picture(path.read_bytes()) for path in paths}
    scores: dict[bool, list[float]] = {True: [], False: []}
    for one, other, same in pairs:
        first, second = found[one], found[other]
        if first is not None and second is not None:
            scores[same].append(float(first @ second))
    compared = Compared(
        name="pairs",
        genuine=np.array(scores[True]),
        impostor=np.array(scores[False]),
    )
    unusable = [path.name for path, it in found.items() if it is None]
    used = len(found) - len(unusable)
    return compared, Found(pictures=used, unusable=unusable)
