"""All streams on one UDP port: nobody gets what is another's, stranger or student."""

import asyncio
import socket
import struct
from contextlib import nullcontext
from uuid import uuid4

import pytest
from aioice.ice import Connection, StunProtocol
from aioice.stun import Class, Message, Method
from aiortc import RTCIceParameters, RTCSessionDescription
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.ids import SittingId
from media.seam import shared_port
from media.seam.ice import GuardedConnection, StreamOver, _Protocol
from media.seam.limits import CONSENTED_MAX, Limits
from media.seam.shared_port import SharedPort, user_name
from tests.media.attacks import Beside, Silent, address_of, check, exchange
from tests.media.studio import SHARED, offer_of, open_studio, until
from tests.media.test_hostile import client_hello

SUCCESS = b"\x01\x01"
BEFORE = RTCIceParameters("abcd", "p" * 24)


def head(size: int) -> bytes:
    """The head of a check whose attributes are so long."""
    return b"\x00\x01" + size.to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12)


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
    ending = [asyncio.create_task(end_while_it_restarts(studio)) for _ in range(3)]
    await asyncio.gather(*ending)
    for stream in studio.ingest.resources:
        studio.ingest.end(stream)
    await until(lambda: not port._shares)
    assert not port._claims


async def restarts_without_end(peer) -> None:
    for _ in range(50):
        await peer.restart(BEFORE)


async def end_while_it_restarts(studio) -> None:
    """What a restart opens as its stream ends, nobody else would close."""
    sitting = SittingId(uuid4())
    async with studio.student(sitting, camera=Silent()) as client:
        peer = studio.ingest.peer_of(sitting, 1)
        closing = asyncio.create_task(peer._link.close())
        with pytest.raises(StreamOver):
            await restarts_without_end(peer)
        await closing
        client.location = ""


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
        packets, told = honest.peer.traffic.packets, []
        with monkeypatch.context() as listening:
            listening.setattr(studio.ports, "send", lambda data, _: told.append(data))
            studio.ports._arrived(check(thief), address)
        assert ([it for it in told if it[:2] == SUCCESS] == []) is guarded
        await asyncio.sleep(0.5)
        assert (honest.peer.traffic.packets > packets + 3) is guarded
        if not guarded:  # back to whom it belongs, as its next check would
            studio.ports._arrived(check(honest.peer), address)
            honest.sent.clear()


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_check_that_is_none_falls_on_its_own_stream_alone(
    studio, monkeypatch, guarded
):
    """aioice stumbles over attributes that are too short, or are not there: the control
    shows it, in the one loop that reads for all."""
    async with studio.student(sitting := SittingId(uuid4()), camera=Silent()):
        peer = studio.ingest.peer_of(sitting, 1)
        await until(lambda: peer._link.dtls.state == "connected")
        if not guarded:
            unguarded = StunProtocol.datagram_received
            monkeypatch.setattr(_Protocol, "datagram_received", unguarded)
            check_incoming = Connection.check_incoming
            monkeypatch.setattr(GuardedConnection, "check_incoming", check_incoming)
        for odd, error in (
            (short_priority(peer), struct.error),
            (none(peer), KeyError),
        ):
            with nullcontext() if guarded else pytest.raises(error):
                studio.ports._arrived(odd, ("192.0.2.1", 9))
        assert (peer.dropped == 1) is guarded
        assert ("192.0.2.1", 9) not in studio.ports._claims


def short_priority(peer) -> bytes:
    name = f"{peer._link._ice._current.local_username}:me".encode()
    body = b"\x00\x06" + len(name).to_bytes(2, "big") + name + bytes(-len(name) % 4)
    body += b"\x00\x24\x00\x02\x00\x01\x00\x00"
    return head(len(body)) + body


def none(peer) -> bytes:
    connection = peer._link._ice._current
    message = Message(message_method=Method.BINDING, message_class=Class.REQUEST)
    message.attributes["USERNAME"] = (
        f"{connection.local_username}:{connection.remote_username}"
    )
    message.add_message_integrity(connection.local_password.encode())
    return bytes(message)


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


@pytest.mark.parametrize("guarded", [True, False])
def test_of_a_check_that_only_wastes_time_little_is_read(monkeypatch, guarded):
    """Hundreds of attributes, and no user name among the first."""
    if not guarded:
        monkeypatch.setattr(shared_port, "ATTRIBUTES_MOST", 10**6)
    empty = b"\x80\x22\x00\x00" * 360
    name = b"\x00\x06\x00\x05abc:d" + bytes(3)
    for body in (name, name + empty):
        assert user_name(head(len(body)) + body) == b"abc"
        assert user_name(head(len(body)) + body + b"more") == b""
    late = head(len(empty + name)) + empty + name
    assert user_name(late) == (b"" if guarded else b"abc")


async def test_of_a_peer_of_many_addresses_few_are_kept(studio):
    async with Beside(studio) as honest:
        [home] = studio.ports._claims
        for number in range(20):
            studio.ports._arrived(check(honest.peer), ("127.0.0.1", 1000 + number))
        assert len(studio.ports._claims) <= CONSENTED_MAX
        studio.ports._arrived(check(honest.peer), home)
        honest.sent.clear()


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_are_too_odd(data, framed):
    assert isinstance(user_name(head(len(data)) + data if framed else data), bytes)


@given(st.text(min_size=1, max_size=40).filter(lambda it: ":" not in it))
def test_a_user_name_is_read_as_aioice_writes_it(name):
    message = Message(message_method=Method.BINDING, message_class=Class.REQUEST)
    message.attributes["PRIORITY"] = 1
    message.attributes["USERNAME"] = f"{name}:other"
    assert user_name(bytes(message)) == name.encode()
