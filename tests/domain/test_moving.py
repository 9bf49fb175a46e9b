"""Who is told that their media node is gone, and who is not."""

from uuid import UUID

import pytest

from app.adapters.media_nodes import MediaNode
from app.kernel.ids import SittingId
from app.proctoring.service.moving import ABSENT_S, LOOK_EVERY_S, SILENT_S, Moving

ASHA, BEN = SittingId(UUID(int=1)), SittingId(UUID(int=2))


class Register:
    """Whose video is where is read from what was said last, dead node or not."""

    def __init__(self) -> None:
        self.names = ["a", "b"]
        self.full = False
        self.away = False
        self.run, self.age_s = "first", 1.0

    async def nodes(self):
        if self.away:
            raise OSError
        streams = 10 if self.full else 1
        return [
            MediaNode(name=name, url="", streams=streams, capacity=10, run=self.run)
            for name in self.names
        ]

    async def on_nodes(self, wanted, names):
        where = {(ASHA, 3): "a", (BEN, 1): "b"}
        return {it for it in wanted if where.get(it) in names}

    async def video_seen(self, wanted):
        return {sitting: self.age_s for sitting, _ in wanted}


class Room:
    """Asha streams to node a, Ben to node b; `told`: who heard theirs is gone."""

    def __init__(self) -> None:
        self.register, self.at, self.told = Register(), 0.0, []
        self.pages = [("page of asha", ASHA, 3), ("page of ben", BEN, 1)]
        self.moving = Moving(
            self.register,
            lambda: self.pages,
            lambda page, *_: self.told.append(page),
            now=lambda: self.at,
        )

    async def look_for(self, seconds: float) -> None:
        until = self.at + seconds
        while self.at < until:
            await self.moving.look()
            self.at += LOOK_EVERY_S


@pytest.fixture
async def room():
    it = Room()
    await it.look_for(2)
    return it


async def test_who_streams_to_a_node_that_is_gone_is_told_and_nobody_else(room):
    room.register.names = ["b"]
    await room.look_for(ABSENT_S - LOOK_EVERY_S)
    assert room.told == []
    await room.look_for(LOOK_EVERY_S)
    assert room.told == ["page of asha"]


async def test_it_is_told_until_it_has_connected_anew(room):
    room.register.names = ["b"]
    await room.look_for(ABSENT_S + 2 * LOOK_EVERY_S)
    assert room.told == ["page of asha"] * 3
    room.pages[0] = ("page of asha", ASHA, 4)
    await room.look_for(3)
    assert len(room.told) == 3


async def test_a_node_that_misses_a_beat_keeps_its_students(room):
    room.register.names = ["b"]
    await room.look_for(ABSENT_S - LOOK_EVERY_S)
    room.register.names = ["a", "b"]
    await room.look_for(5)
    assert room.told == []


async def test_where_nobody_else_has_room_nobody_is_told_to_go(room):
    room.register.names, room.register.full = ["b"], True
    await room.look_for(5)
    assert room.told == []
    room.register.full = False
    await room.look_for(LOOK_EVERY_S)
    assert room.told == ["page of asha"]


@pytest.mark.parametrize("how", ["away", "empty"])
async def test_a_register_that_comes_back_one_by_one_moves_nobody(room, how):
    room.register.away = how == "away"
    room.register.names = []
    await room.look_for(6)
    room.register.away, room.register.names = False, ["b"]
    await room.look_for(1)
    room.register.names = ["a", "b"]
    await room.look_for(5)
    assert room.told == []


async def test_a_node_is_forgotten_once_nothing_names_it(room):
    room.register.names = ["b"]
    await room.look_for(30)
    assert room.moving._seen_at.keys() == {"b"}


async def test_a_node_that_was_started_again_at_once_has_lost_its_students(room):
    room.register.run = "second"
    await room.look_for(1)
    assert room.told == []
    room.register.age_s = SILENT_S + 0.1
    await room.look_for(LOOK_EVERY_S)
    assert sorted(room.told) == ["page of asha", "page of ben"]


async def test_who_streams_to_a_node_that_runs_on_may_be_silent_for_a_while(room):
    """The control; and a node of before says nothing of its run."""
    room.register.age_s = SILENT_S + 0.1
    await room.look_for(2)
    room.register.run = ""
    await room.look_for(2)
    assert room.told == []
