"""ICE of somebody who means harm: restarts, checks, answers and addresses.

Beside each stands an honest student, all of whose packets arrive.
"""

import asyncio
import socket
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from aioice import stun
from aiortc import RTCIceParameters

from app.kernel.ids import SittingId
from media.link import SecureLink
from media.seam import limits as bounds
from media.seam.ice import GuardedConnection
from media.seam.limits import Limits
from media.seam.shared_port import SharedPort
from tests.media.attacks import Beside, Silent, address_of, check, exchange, hostile
from tests.media.studio import BOTH, until


def keep_all(monkeypatch) -> list[GuardedConnection]:
    """Restarts that neither close nor forget what they abandon."""
    made = []

    async def restart(self, ice) -> str:
        self._ice._next = None
        made.append(await self._ice.open(ice))
        self._restarts.put_nowait(made[-1])
        return ""

    monkeypatch.setattr(SecureLink, "restart", restart)
    return made


def ways_open(studio) -> int:
    """Sockets, among the files of this process, or shares of the one there is."""
    if isinstance(studio.ports, SharedPort):
        return len(studio.ports._shares)
    return len(list(Path("/dev/fd").iterdir()))


@pytest.mark.parametrize("studio", **BOTH, indirect=True)
@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("when", ["connecting", "streaming"])
async def test_of_many_restarts_only_the_newest_is_kept(
    studio, monkeypatch, when, guarded
):
    """The second run is the control: a socket or a share stays for each."""
    sitting, ice = SittingId(uuid4()), RTCIceParameters("abcd", "p" * 24)
    client = studio.student(sitting, camera=Silent())
    if when == "streaming":
        await client.start()
    else:
        client.peer.getTransceivers()[0].direction = "sendonly"
        await client.peer.setLocalDescription(await client.peer.createOffer())
        await client._post(client.peer.localDescription.sdp)
    peer = studio.ingest.peer_of(sitting, 1)
    async with Beside(studio):
        made = [] if guarded else keep_all(monkeypatch)
        before = ways_open(studio)
        for _ in range(100):
            await peer.restart(ice)
        more = ways_open(studio) - before
        assert (more <= 1) if guarded else (more > 95)
        assert (peer._link._restarts.qsize() <= 1) is guarded
        for connection in made:
            await connection.close()
    await client.stop()


@pytest.mark.parametrize("place", **BOTH)
@pytest.mark.parametrize("guarded", [True, False])
async def test_checks_are_answered_up_to_a_budget(monkeypatch, guarded, place):
    if not guarded:
        many = Limits(packets_per_s=1e6, bytes_per_s=1e9)
        monkeypatch.setattr("media.seam.ice.CHECKS", many)
    async with hostile(place=place) as (_, _, peer):
        flood = [check(peer) for _ in range(600)]
        answers = await exchange(address_of(peer), flood)
        mine = [it for it in answers if it[:2] == b"\x01\x01"]
        most = bounds.CHECKS.packets_per_s * (bounds.CHECKS.burst_s + 2)
        assert (len(mine) <= most) is guarded


@pytest.mark.parametrize("place", **BOTH)
@pytest.mark.parametrize("guarded", [True, False])
async def test_checks_with_wrong_credentials_open_nothing(monkeypatch, guarded, place):
    """The password is proved, not the name: what comes after them is still refused.
    The second run is the control: unproved, they open the way for anything."""
    async with hostile(place=place) as (studio, _, peer):
        if not guarded:
            proof = "check_message_integrity"
            monkeypatch.setattr(stun.Message, proof, lambda *_: True)
        address, before = address_of(peer), refused(studio, peer)
        forged = [check(peer, password="wrong" * 5)] * 50
        answers = await exchange(address, [*forged, b"\x17" + bytes(60)])
        opened = [it for it in answers if it[:2] == b"\x01\x01"]
        assert (opened == []) is guarded
        assert (refused(studio, peer) == before + 1) is guarded
        assert peer._link.dtls.state == "connected"


@pytest.mark.parametrize("guarded", [True, False])
async def test_who_names_somebody_else_is_not_answered(guarded):
    """The second run is the control: aioice signs a refusal for each."""
    async with hostile() as (_, _, peer):
        if not guarded:
            peer._link._ice._current.greeting = b""
        forged = [check(peer, user="no:body")] * 50
        answers = await exchange(address_of(peer), forged)
        refusals = [it for it in answers if it[:2] == b"\x01\x11"]
        assert len(refusals) == (0 if guarded else 50)


@pytest.mark.parametrize("guarded", [True, False])
async def test_answers_of_strangers_are_not_even_read(monkeypatch, guarded):
    """We asked nobody but who passed a check."""
    if not guarded:
        monkeypatch.setattr(GuardedConnection, "answers", lambda *_: True)
    read, parse = [], stun.parse_message

    def parse_recorded(data, *arguments, **named):
        read.append(data)
        return parse(data, *arguments, **named)

    async with hostile() as (_, _, peer):
        forged = b"\x01\x01" + bytes(2) + b"\x21\x12\xa4\x42" + b"stranger" + bytes(4)
        monkeypatch.setattr(stun, "parse_message", parse_recorded)
        await exchange(address_of(peer), [forged] * 50, quiet_s=0.1)
        assert (forged not in read) is guarded


@pytest.mark.parametrize("place", **BOTH)
@pytest.mark.parametrize("guarded", [True, False])
async def test_a_peer_of_many_addresses_is_heard_from_few(monkeypatch, guarded, place):
    """Of sixty that passed a check. The second run is the control: all are."""
    if not guarded:
        monkeypatch.setattr("media.seam.ice.CONSENTED_MAX", 10**6)
        monkeypatch.setattr("media.seam.ice.CANDIDATES_MAX", 10**6)
    async with hostile(place=place) as (studio, _, peer):
        heard = await heard_of(60, studio, peer)
        remembered = len(peer._link._ice._current._remote_candidates)
        assert heard == 60 or 0 < heard <= bounds.CONSENTED_MAX
        assert (heard <= bounds.CONSENTED_MAX) is guarded
        assert (remembered <= bounds.CANDIDATES_MAX) is guarded


def refused(studio, peer) -> int:
    """By the stream, or by the port before."""
    return peer.dropped + studio.ports.dropped


async def heard_of(count: int, studio, peer) -> int:
    """Of so many addresses of one peer, those of which a packet is let in."""
    loop, node = asyncio.get_running_loop(), address_of(peer)

    def came() -> int:
        return peer.traffic.packets + refused(studio, peer)

    with ExitStack() as stack:
        kinds = socket.AF_INET, socket.SOCK_DGRAM
        doors = [stack.enter_context(socket.socket(*kinds)) for _ in range(count)]
        for door in doors:
            door.setblocking(False)
            door.sendto(check(peer), node)
            await loop.sock_recv(door, 2_000)
        before, dropped = came(), refused(studio, peer)
        for door in doors:
            door.sendto(b"\x17" + bytes(30), node)
        await until(lambda: came() >= before + count)
        return count - (refused(studio, peer) - dropped)
