"""What a scripted student times, and what not."""

import asyncio
import json
from time import monotonic

import numpy as np
import pytest
from aiohttp import WSMessage, WSMsgType

from app.adapters.tasks import end
from workers.loadtest.endings import Over
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


@pytest.mark.parametrize(
    ("written_ago_s", "timed"), [(1.0, True), (5.0, False), (-3600.0, False)]
)
async def test_a_message_is_timed_that_was_written_while_they_were_there(
    sitter, told, written_ago_s, timed
):
    """The second was written while they were away; the third before the machine began
    anew, when its clock said more than now."""
    now = monotonic()
    sitter._here_since = now - 2
    words = f"load test {now - written_ago_s:.6f}"
    await sitter._take({"messages": [{"id": "m1", "words": words}]})
    for task in list(sitter._reading):
        await end(task)
    assert [(it, round(value)) for it, value, _ in told] == [("live_s", 1)] * timed


class Socket:
    """Says so much, and ends."""

    close_code = 1000

    def __init__(self, *states: dict[str, object]) -> None:
        self._said = [
            WSMessage(WSMsgType.TEXT, json.dumps({"topic": "t", "state": it}), None)
            for it in states
        ]

    async def receive(self) -> WSMessage:
        ended = WSMessage(WSMsgType.CLOSED, None, None)
        return self._said.pop(0) if self._said else ended


@pytest.mark.parametrize(
    ("left_ago_s", "states", "figures"),
    [
        (None, [{"sitting": None}] * 2, ["open_s"]),
        (1.0, [{"sitting": None}] * 2, ["back_s"]),
        (1.0, [], []),
    ],
)
async def test_they_are_there_once_the_page_knows_how_things_are(
    sitter, told, left_ago_s, states, figures
):
    began = monotonic() - 0.5
    sitter._left_at = None if left_ago_s is None else monotonic() - left_ago_s
    with pytest.raises(Over, match="socket_closed_1000"):
        await sitter._listen(Socket(*states), {}, began)
    assert [kind for kind, _, _ in told] == figures
    assert (sitter._left_at is None) is bool(states)
