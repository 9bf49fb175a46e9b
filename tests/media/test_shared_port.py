"""All streams on one UDP port: nobody gets what is another's, stranger or student."""

import asyncio
import socket
from contextlib import AsyncExitStack
from types import SimpleNamespace
from uuid import uuid4

import pytest
from aioice.stun import Class, Message, Method
from aiortc import RTCIceParameters, RTCSessionDescription
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.ids import SittingId
from media.__main__ import _ports
from media.seam import shared_port
from media.seam.limits import CONSENTED_MAX, Limits
from media.seam.place import Place, read_place
from media.seam.shared_port import ADDRESS_KEPT_S, SharedPort, user_name
from tests.media.attacks import Beside, Silent, address_of, check, exchange
from tests.media.studio import SHARED, offer_of, open_studio, until
from tests.media.test_hostile import client_hello

BEFORE = RTCIceParameters("abcd", "p" * 24)


@pytest.fixture
async def studio():
    async with open_studio(place=SHARED) as opened:
        yield opened


async def test_every_stream_has_the_one_port_and_its_own_packets(studio):
    async with Beside(studio) as first, Beside(studio) as second, Beside(studio):
        assert address_of(first.peer) == address_of(second.peer)
        assert studio.ports.dropped == 0


async def test_what_has_ended_leaves_nothing_at_the_port(studio):
    port = studio.ports
    for _ in range(3):
        async with Beside(studio) as honest:
            assert len(port._claims) == len(port._shares) == 1
            await honest.peer.restart(BEFORE)
            assert len(port._shares) == 2
    for _ in range(20):
        await studio.post(await offer_of("video"))
    for stream in studio.ingest.resources:
        studio.ingest.end(stream)
    await until(lambda: not port._shares)
    assert not port._claims


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_stranger_spoils_no_handshake(monkeypatch, guarded):
    """The control gives a stranger's datagrams to the one stream there is."""
    if not guarded:
        monkeypatch.setattr(SharedPort, "_whose", lambda port, *_: only(port))
    limits = Limits(check_consent=guarded)
    async with open_studio(place=SHARED, limits=limits) as studio:
        client = studio.student(sitting := SittingId(uuid4()))
        client.peer.getTransceivers()[0].direction = "sendonly"
        await client.peer.setLocalDescription(await client.peer.createOffer())
        answer = await client._post(client.peer.localDescription.sdp)
        peer = studio.ingest.peer_of(sitting, 1)
        await exchange(address_of(peer), [client_hello() for _ in range(5)])
        assert (studio.ports.dropped == 5) is guarded
        await client.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        if guarded:
            await studio.streaming(sitting)
        else:
            await until(lambda: not studio.ingest.busy)
        client.location = ""
        await client.stop()


def only(port):
    [share] = port._shares.values()
    return share


async def test_who_names_no_stream_is_not_answered(studio):
    async with Beside(studio) as honest:
        connection = honest.peer._link._ice._current
        for name in ("", "no", connection.remote_username, f" {connection}"):
            forged = check(honest.peer, user=f"{name}:x")
            assert not await exchange(address_of(honest.peer), [forged], quiet_s=0.1)
        assert studio.ports.dropped == 4


@pytest.mark.parametrize("guarded", [True, False])
async def test_no_student_takes_the_address_of_another(studio, monkeypatch, guarded):
    """With keys of a stream of its own, and another's address as its sender."""
    if not guarded:
        monkeypatch.setattr(shared_port, "ADDRESS_KEPT_S", 0)
    async with (
        studio.student(sitting := SittingId(uuid4()), camera=Silent()),
        Beside(studio) as honest,
    ):
        thief = studio.ingest.peer_of(sitting, 1)
        await until(lambda: thief._link.dtls.state == "connected")
        [address] = honest.peer._link._ice._current._consented
        packets = honest.peer.traffic.packets
        studio.ports._arrived(check(thief), address)
        await asyncio.sleep(0.5)
        assert (honest.peer.traffic.packets > packets + 3) is guarded
        if not guarded:  # back to whom it belongs, as its next check would
            studio.ports._arrived(check(honest.peer), address)
            honest.sent.clear()


@pytest.mark.parametrize(("buffer", "kept"), [(shared_port.BUFFER, True), (1, False)])
async def test_a_burst_of_strangers_takes_no_room_of_students(
    monkeypatch, buffer, kept
):
    """They share what the system keeps for us; the control has next to none of it."""
    monkeypatch.setattr(shared_port, "BUFFER", buffer)
    async with open_studio(place=SHARED) as studio, Beside(studio) as honest:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for _ in range(10):
                for _ in range(100):
                    stranger.sendto(b"\x80" + bytes(99), address_of(honest.peer))
                await asyncio.sleep(0.05)
        assert studio.ports.dropped >= 1000
        if not kept:
            assert studio.ports._strangers < 1000, "the system threw some away"
            honest.sent.clear()


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


def answer(name: bytes) -> bytes:
    return b"\x01\x01" + bytes(6) + name * 12


async def test_of_a_peer_of_many_addresses_few_are_kept(studio):
    async with Beside(studio) as honest:
        [home] = studio.ports._claims
        for number in range(20):
            studio.ports._arrived(check(honest.peer), ("127.0.0.1", 1000 + number))
        assert len(studio.ports._claims) <= CONSENTED_MAX
        studio.ports._arrived(check(honest.peer), home)
        honest.sent.clear()


@pytest.mark.parametrize("why", ["is taken", "does not open: cannot bind: permission"])
async def test_a_port_that_does_not_open_stops_the_node(monkeypatch, why):
    with read_place("127.0.0.1", "").bind() as taken:
        port = taken.getsockname()[1]
        settings = SimpleNamespace(
            media_ports=str(port),
            place=Place(address="127.0.0.1", ports=range(port, port + 1), shared=True),
        )
        if why != "is taken":
            monkeypatch.setattr(Place, "bind", forbidden)
        async with AsyncExitStack() as stack:
            with pytest.raises(SystemExit, match=f"{port} {why}"):
                _ports(settings, stack)


def forbidden(place):
    raise ConnectionError("cannot bind: permission denied")


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x00\x01\x00\x20!\x12\xa4B"]))
def test_no_bytes_are_too_odd(data, head):
    assert isinstance(user_name(head + data), bytes)


@given(st.text(min_size=1, max_size=40).filter(lambda it: ":" not in it))
def test_a_user_name_is_read_as_aioice_writes_it(name):
    message = Message(message_method=Method.BINDING, message_class=Class.REQUEST)
    message.attributes["PRIORITY"] = 1
    message.attributes["USERNAME"] = f"{name}:other"
    assert user_name(bytes(message)) == name.encode()
