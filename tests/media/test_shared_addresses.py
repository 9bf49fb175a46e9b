"""Whose an address is at a port that all share, as time passes."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest

from media.seam.place import Place
from media.seam.shared_port import ADDRESS_KEPT_S, SharedPort


class Times:
    """A port whose clock stands, and ways to it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.port = SharedPort(Place(address="127.0.0.1"), lambda: self.now)

    async def way(self, stream: object) -> SimpleNamespace:
        receiver = SimpleNamespace(local_username=uuid4().hex)
        way = SimpleNamespace(receiver=receiver, transactions={}, lost=[])
        way.connection_made = lambda share: setattr(way, "transport", share)
        way.connection_lost = way.lost.append
        await self.port.open(way, stream)
        return way


@pytest.fixture
async def times():
    made = Times()
    yield made
    made.port.close()


HOME = ("192.0.2.7", 5000)


async def test_an_address_that_fell_silent_is_anothers(times):
    first, second = await times.way("a"), await times.way("b")
    assert times.port.claim(first, HOME)
    times.now += ADDRESS_KEPT_S - 1
    assert not times.port.claim(second, HOME)
    assert times.port.claim(first, HOME)  # and the time begins anew
    times.now += ADDRESS_KEPT_S - 1
    assert not times.port.claim(second, HOME)
    times.now += 1
    assert times.port.claim(second, HOME)
    assert not times.port.claim(first, HOME)


async def test_an_address_is_free_when_its_stream_has_ended_or_lets_go(times):
    first, second = await times.way("a"), await times.way("b")
    times.port.claim(first, HOME)
    times.port.release(second, HOME)
    assert not times.port.claim(second, HOME)
    times.port.release(first, HOME)
    assert times.port.claim(second, HOME)
    second.transport.close()
    assert not times.port.claim(second, ("192.0.2.8", 1))
    assert times.port.claim(first, HOME)
    await asyncio.sleep(0)
    assert (first.lost, second.lost) == ([], [None])


async def test_a_restart_has_the_address_at_once_and_each_way_its_own_answers(times):
    old, new, other = [await times.way(stream) for stream in ("a", "a", "b")]
    old.transactions, new.transactions = {b"o" * 12: 1}, {b"n" * 12: 1}
    other.transactions = {b"x" * 12: 1}
    assert times.port.claim(old, HOME)
    assert times.port.claim(new, HOME)
    asked = {name: times.port._whose(answer(name), HOME) for name in (b"o", b"n", b"x")}
    assert asked == {b"o": old.transport, b"n": new.transport, b"x": None}
    assert times.port._whose(b"\x80rtp", HOME) is new.transport


async def test_a_way_that_closes_leaves_the_address_to_the_other_of_its_stream(times):
    old, new, other = [await times.way(stream) for stream in ("a", "a", "b")]
    assert times.port.claim(old, HOME)
    assert times.port.claim(new, HOME)
    new.transport.close()  # a restart that came to nothing
    assert times.port._whose(b"\x80rtp", HOME) is old.transport
    assert not times.port.claim(other, HOME)
    old.transport.close()
    assert times.port._whose(b"\x80rtp", HOME) is None
    assert times.port.claim(other, HOME)


def answer(name: bytes) -> bytes:
    return b"\x01\x01" + bytes(6) + name * 12
