"""Offers and requests that mean harm, before any key is agreed on."""

import asyncio
import socket
from uuid import uuid4

import pytest
from aioice import Candidate
from aioice.ice import StunProtocol
from aiortc import RTCIceParameters

from app.adapters.tasks import alongside
from app.kernel.ids import SittingId
from media import link, server
from media.ingest import Ingest
from media.peer import Peer
from media.seam.ice import GuardedConnection
from media.seam.place import NoPort, Place
from tests.media.attacks import (
    Beside,
    Silent,
    address_of,
    answer_checks,
    check,
    fragment,
)
from tests.media.studio import LOCAL, offer_of, open_studio, until

INSIDE = (
    "127.0.0.1",
    "10.0.0.8",
    "192.168.1.1",
    "169.254.169.254",
    "::1",
    "fd00::8",
    "fe80::1",
    "0f1e2d3c-0000-4000-8000-000000000000.local",
)


@pytest.fixture
def sitting():
    return SittingId(uuid4())


@pytest.fixture
def sent(monkeypatch):
    """Where checks of ours go."""
    addresses, send = [], StunProtocol.send_stun

    def send_recorded(self, message, address):
        addresses.append(address)
        send(self, message, address)

    monkeypatch.setattr(StunProtocol, "send_stun", send_recorded)
    return addresses


@pytest.mark.parametrize("guarded", [True, False])
async def test_addresses_an_offer_names_are_never_contacted(
    studio, sitting, sent, monkeypatch, guarded
):
    """An offer may name any machine; only where checks come from is answered. The
    second run is the control: there aioice is told of them, as aiortc would."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bystander:
        bystander.bind(("127.0.0.1", 0))
        bystander.setblocking(False)
        port = bystander.getsockname()[1]
        named = [f"9{n} 1 udp 99 {it} {port} typ host" for n, it in enumerate(INSIDE)]
        if not guarded:
            told_of(named[:2], monkeypatch)
        lines = "".join(f"a=candidate:{it}\r\n" for it in named)
        status, _, _ = await studio.post(
            await offer_of("video") + lines, studio.ticket(sitting)
        )
        assert status == 201
        await asyncio.sleep(0.4)
        assert (sent == []) is guarded
        if guarded:
            with pytest.raises(BlockingIOError):
                bystander.recv(100)
        else:
            assert bystander.recv(100)


def told_of(candidates, monkeypatch) -> None:
    connect = GuardedConnection.connect

    async def connect_to_them(self) -> None:
        for it in candidates:
            await self.add_remote_candidate(Candidate.from_sdp(it))
        await connect(self)

    monkeypatch.setattr(GuardedConnection, "connect", connect_to_them)


async def test_a_trickled_address_is_not_contacted_either(studio, sitting, sent):
    async with studio.student(sitting, camera=Silent()) as client:
        await asyncio.sleep(0.2)
        sent.clear()
        named = "".join(f"a=candidate:1 1 udp 9 {it} 9 typ host\r\n" for it in INSIDE)
        for _ in range(20):
            async with studio.http.patch(
                client.location,
                data=f"a=mid:0\r\n{named}",
                headers={
                    "Content-Type": "application/trickle-ice-sdpfrag",
                    "If-Match": client.etag,
                },
            ) as response:
                assert response.status == 204
        await asyncio.sleep(0.2)
        port = client.peer.getTransceivers()[0].sender.transport.transport
        theirs = {it.port for it in port.iceGatherer.getLocalCandidates()}
        assert {address[1] for address in sent} <= theirs


def many_a_sitting(monkeypatch) -> None:
    """A table without its one place a sitting."""
    monkeypatch.setattr(Ingest, "_check", lambda *_: None)
    enter = Ingest._enter

    def enter_as_another(self, stream):
        stream.sitting = SittingId(uuid4())
        enter(self, stream)

    monkeypatch.setattr(Ingest, "_enter", enter_as_another)


@pytest.mark.parametrize("guarded", [True, False])
async def test_half_open_streams_of_one_ticket_are_one(
    studio, sitting, monkeypatch, guarded
):
    """The second run is the control: one ticket takes thirty places."""
    offer, ticket = await offer_of("video"), studio.ticket(sitting)
    async with Beside(studio):
        if not guarded:
            many_a_sitting(monkeypatch)
        answers = await asyncio.gather(*(studio.post(offer, ticket) for _ in range(30)))
        taken = [status for status, _, _ in answers].count(201)
        assert taken == (1 if guarded else 30)
        assert len(studio.ingest) == len(studio.ingest._kept) == taken + 1


@pytest.mark.parametrize(
    ("refusal", "told"),
    [(NoPort, (503, "no_port", "3")), (OSError, (500, "fault", None))],
)
async def test_when_every_port_is_taken_newcomers_are_told_to_go_elsewhere(
    monkeypatch, refusal, told
):
    """Also by restarts, which hold a second port; who is there goes on. The second run
    is the control: with the system's own error, it were a fault of ours."""
    monkeypatch.setattr("media.seam.place.NoPort", refusal)
    with LOCAL.bind() as free:
        port = free.getsockname()[1]
    place = Place(address="127.0.0.1", ports=range(port, port + 1))
    async with open_studio(place=place) as studio, Beside(studio) as honest:
        status, code, headers = await studio.post(await offer_of("video"))
        assert (status, code, headers.get("Retry-After")) == told
        with pytest.raises(refusal):
            await honest.peer.restart(RTCIceParameters("abcd", "p" * 24))
        assert len(studio.ingest.resources) == 1


def forget_to_end(monkeypatch, ended: list[Peer]) -> None:
    def end(self) -> None:
        ended.append(self)

    monkeypatch.setattr(Peer, "end", end)


@pytest.mark.parametrize("guarded", [True, False])
async def test_of_half_open_streams_begun_and_ended_nothing_stays(
    studio, sitting, monkeypatch, guarded
):
    """The second run is the control: ended in the table alone, their sockets stay."""
    offer, ticket, ended = await offer_of("video"), studio.ticket(sitting), []
    async with Beside(studio):
        if not guarded:
            forget_to_end(monkeypatch, ended)
        for _ in range(30):
            _, _, headers = await studio.post(offer, ticket)
            place = studio.url.replace("/whip", headers["Location"])
            async with studio.http.delete(place) as response:
                assert response.status == 200
        assert len(studio.ingest.resources) == 1
        left = 1 if guarded else 31
        await until(lambda: len(studio.ingest._kept) == left)
        monkeypatch.undo()
        for peer in ended:
            assert not peer._link._ice._current._protocols[0].transport.is_closing()
            peer.end()


@pytest.mark.parametrize("patience_s", [0.6, 60])
async def test_a_handshake_that_never_ends_is_ended(
    studio, sitting, monkeypatch, patience_s
):
    """By one who passed a check: the start of a message without its end, again and
    again, and huge records.
    The second run is the control: without the bound it holds its place."""
    monkeypatch.setattr(link, "HANDSHAKE_WITHIN_S", patience_s)
    async with Beside(studio):
        await studio.post(await offer_of("video"), studio.ticket(sitting))
        peer = studio.ingest.peer_of(sitting, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hostile:
            hostile.setblocking(False)
            hostile.bind(("127.0.0.1", 0))
            node = address_of(peer)
            async with alongside(answer_checks(hostile, peer)):
                hostile.sendto(check(peer), node)
                await until(lambda: peer._link.dtls.state == "connecting")
                await never_ending(hostile, node)
                held = studio.ingest.peer_of(sitting, 1) is not None
        assert held is (patience_s > 1)


async def never_ending(hostile: socket.socket, node: tuple[str, int]) -> None:
    for number in range(100):
        hostile.sendto(fragment(number), node)
        huge = b"\x16\xfe\xfd" + bytes(8) + b"\x3f\xff" + bytes(16_000)
        hostile.sendto(huge, node)
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("patience_s", [0.3, 60])
async def test_an_offer_that_drips_in_is_refused(studio, monkeypatch, patience_s):
    """One byte at a time; half-sent headers are ended by `end_dawdlers`. The second run
    is the control."""
    monkeypatch.setattr(server, "RECEIVE_WITHIN_S", patience_s)

    async def drip():
        for _ in range(8):
            yield b"v"
            await asyncio.sleep(0.1)

    async with Beside(studio):
        status, code, _ = await studio.post(drip())
    expected = "slow_request" if patience_s < 1 else "bad_offer"
    assert (status, code) == (400, expected)
