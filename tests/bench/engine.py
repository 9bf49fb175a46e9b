"""What the face engine adds to its models: samples of five frames, and the very same
inputs given to the bare sessions; and to sessions of the files as they come, with PRelu
in them. One thread, CPU time."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
import onnxruntime

from app.kernel.findings import Template
from media.faces.engine import FaceEngine
from media.faces.models import Models
from media.faces.packs import model_path
from media.faces.pictures import Picture
from media.faces.sessions import options, quickest_options
from tests.bench.table import Line, say
from tests.conftest import ROOT
from tests.faces.conftest import varied
from workers.demo_faces import as_jpeg, demo_pictures

PACK = ROOT / "var/models/faceplugin"
FRAMES = 5
ROUNDS = 7
LEAST = 0.55
LEAST_OF_FILES = 0.9
SESSIONS = ("_detect", "_landmark", "_liveness", "_pose")


@dataclass(frozen=True, slots=True)
class Sample:
    frames: Sequence[bytes]
    reference: Template


@dataclass(frozen=True, slots=True)
class Call:
    session: Any
    arguments: tuple[Any, ...]


class Recorder:
    """In the place of a session: notes what it was given."""

    def __init__(self, session: Any, calls: list[Call]) -> None:
        self._session, self._calls = session, calls

    def run(self, *arguments: Any) -> Any:
        self._calls.append(Call(self._session, arguments))
        return self._session.run(*arguments)


@contextmanager
def recorded(models: Models) -> Iterator[list[Call]]:
    """Every run of a model meanwhile."""
    calls: list[Call] = []
    holders = [(models, name) for name in SESSIONS] + [(models._feature, "session")]
    kept = [getattr(holder, name) for holder, name in holders]
    for (holder, name), session in zip(holders, kept, strict=True):
        setattr(holder, name, Recorder(session, calls))
    try:
        yield calls
    finally:
        for (holder, name), session in zip(holders, kept, strict=True):
            setattr(holder, name, session)


def samples(engine: FaceEngine) -> list[Sample]:
    """One of each of six people before a wall, 640 x 480."""
    made = []
    for face in demo_pictures().values():
        frames = [varied(before_a_wall(face), seed) for seed in range(FRAMES)]
        made.append(Sample(frames, engine.enrol(as_jpeg(face))))
    return made


def before_a_wall(face: Picture) -> Picture:
    height, width = face.shape[:2]
    wall = np.full((480, 640, 3), 110, np.uint8)
    top, left = (480 - height) // 2, (640 - width) // 2
    wall[top : top + height, left : left + width] = face
    return wall


def examine(engine: FaceEngine, found: Sequence[Sample]) -> None:
    for sample in found:
        captured = engine.capture(sample.frames, sample.reference)
        # A sample that is compared with nobody would leave out the dearest model.
        assert captured.finding.similarity is not None, captured.finding


def as_they_come(models: Models, calls: Sequence[Call]) -> list[Call]:
    """The same inputs for sessions that anybody would make of the files."""
    theirs = {id(getattr(models, name)): plain(name[1:]) for name in SESSIONS}
    theirs[id(models._feature.session)] = plain("feature", choose=True)
    return [Call(theirs[id(it.session)], it.arguments) for it in calls]


def plain(name: str, *, choose: bool = False) -> onnxruntime.InferenceSession:
    path = str(model_path(PACK, name))
    how = quickest_options(path, 1) if choose else options(1)
    return onnxruntime.InferenceSession(path, how, providers=["CPUExecutionProvider"])


def run_bare(calls: Sequence[Call]) -> None:
    for call in calls:
        call.session.run(*call.arguments)


def measure() -> list[Line]:
    cv2.setNumThreads(1)
    models = Models(PACK, 1)
    engine = FaceEngine(models)
    found = samples(engine)
    with recorded(models) as calls:
        examine(engine, found)
    files = as_they_come(models, calls)
    ours, bare, plainly = rounds(
        FRAMES * len(found),
        partial(examine, engine, found),
        partial(run_bare, calls),
        partial(run_bare, files),
    )
    line = partial(
        Line,
        what=f"The face engine on samples of {FRAMES} frames, one core",
        unit="pictures a second",
        ours=ours,
        form=".1f",
    )
    beside = "the models' files as they come, alone on the same inputs"
    return [
        line(beside="its models alone on the same inputs", theirs=bare, least=LEAST),
        line(beside=beside, theirs=plainly, least=LEAST_OF_FILES),
    ]


def rounds(pictures: int, *sides: Callable[[], None]) -> list[list[float]]:
    """Of each side its pictures a second of CPU time, one a round."""
    rates: list[list[float]] = [[] for _ in sides]
    for side in sides:
        side()
    for number in range(ROUNDS):
        for side, of_side in zip(sides, rates, strict=True):
            began = time.process_time()
            side()
            of_side.append(pictures / (time.process_time() - began))
        last = ", ".join(f"{it[-1]:.1f}" for it in rates)
        say(f"engine, round {number + 1}: {last} a second")
    return rates
