"""What a scripted student times, and what not."""

import asyncio

import numpy as np
import pytest

from workers.loadtest.plan import Part
from workers.loadtest.sitter import Sitter

FACES = {name: np.full((480, 640, 3), 90, np.uint8) for name in ("asha", "ben")}
DRAWING_S = 0.2
PART = Part(number=0, after_s=0.0, kind="right", seed=1)


class SlowStudio:
    """Draws one burst at a time, and slowly: as where many students come at once."""

    def __init__(self) -> None:
        self.bursts = 0

    async def burst(self, show, second) -> list[bytes]:
        self.bursts += 1
        await asyncio.sleep(DRAWING_S)
        return [b"key"]


class Enough(Exception):
    pass


class Sat(Sitter):
    """Logs in at once; the second sitting is the last."""

    asked = 0

    async def log_in(self) -> None:
        self.drawn_before = self.studio.bursts

    async def ask(self, path, body=None):
        self.asked += 1
        raise TimeoutError if self.asked < 2 else Enough


@pytest.fixture
def told():
    return []


@pytest.fixture
def sitter(told):
    return Sat(
        url="http://localhost",
        srn="S1",
        password="p",
        read_code=lambda _: None,
        module="CEL",
        part=PART,
        face="asha",
        faces=FACES,
        studio=SlowStudio(),
        tell=lambda kind, value=None, *, word="": told.append((kind, value, word)),
    )


async def test_what_is_drawn_is_drawn_once_and_before_anything_is_timed(sitter, told):
    with pytest.raises(Enough):
        await sitter.run()
    assert sitter.asked == 2
    assert sitter.drawn_before == sitter.studio.bursts == 1
    [(kind, seconds, _), (failed, _, word)] = told
    assert (kind, failed, word) == ("login_s", "failed", "TimeoutError")
    assert seconds < DRAWING_S
