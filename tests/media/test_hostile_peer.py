"""A student with a ticket and keys who means harm: the guard, and what is without it.

Beside each stands an honest student, all of whose packets arrive.
"""

import asyncio
import time
from contextlib import asynccontextmanager, nullcontext
from random import Random
from uuid import uuid4

import pytest
from aioice import stun
from aiortc import RTCIceParameters
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RtpPacket
from OpenSSL import SSL

from app.kernel.ids import SittingId
from media.seam import limits as bounds
from media.seam.dtls import DrainedDtls
from media.seam.ice import GuardedConnection
from media.seam.limits import Limits
from media.seam.receiver import _Missing
from tests.media.attacks import (
    VP8,
    Beside,
    Hostile,
    Silent,
    address_of,
    check,
    exchange,
)
from tests.media.studio import open_studio, until


@asynccontextmanager
async def hostile(limits=None):
    """Studio, hostile student and their peer here; an honest one loses nothing."""
    async with open_studio(limits=limits) as studio, Beside(studio):
        sitting = SittingId(uuid4())
        async with studio.student(sitting, camera=Silent()) as client:
            peer = studio.ingest.peer_of(sitting, 1)
            await until(lambda: peer._link.dtls.state == "connected")
            yield studio, Hostile(client, peer._offer.payload_type), peer


@pytest.mark.parametrize("guarded", [True, False])
async def test_leaps_of_packet_numbers_cost_no_time(monkeypatch, guarded):
    """RFC 3550 lets a number be anything; walking from one to the next is the harm."""
    if not guarded:
        monkeypatch.setattr(_Missing, "add", NackGenerator.add)
    async with hostile() as (_, student, peer):
        taken, began = [], time.thread_time()
        with peer.packets_tapped(taken.append):
            for number in range(100):
                await student.packet(number * 32_000)
            await until(lambda: len(taken) == 100)
        assert (time.thread_time() - began > 0.4) is not guarded


def test_after_a_leap_the_same_packets_are_asked_for_again():
    ours, theirs, chance, number = _Missing(), NackGenerator(), Random(2), 0
    for _ in range(300):
        number += chance.choice([1, 2, 3, -5, 127, 128, 129, 130, 9_000, 32_768])
        packet = RtpPacket(payload_type=97, sequence_number=number & 0xFFFF)
        assert ours.add(packet) == theirs.add(packet)
        assert ours.missing == theirs.missing


def unread(peer) -> int:
    """Records of DTLS that wait in its buffer."""
    records = 0
    while True:
        try:
            peer._link.dtls._ssl.recv(1500)
            records += 1
        except SSL.Error:
            return records


@pytest.mark.parametrize("guarded", [True, False])
async def test_records_of_dtls_do_not_pile_up(monkeypatch, guarded):
    if not guarded:
        monkeypatch.setattr(DrainedDtls, "drain", lambda self: None)
    async with hostile() as (_, student, peer):
        for _ in range(50):
            await student.records(20)
        await asyncio.sleep(0.3)
        piled = unread(peer)
        assert (piled > 500) if not guarded else (piled == 0)


@pytest.mark.parametrize("when", ["connecting", "streaming"])
async def test_of_many_restarts_only_the_newest_is_kept(studio, when):
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
        for _ in range(100):
            await peer.restart(ice)
        assert peer._link._restarts.qsize() <= 1
    await client.stop()


@pytest.mark.parametrize("guarded", [True, False])
async def test_checks_are_answered_up_to_a_budget(monkeypatch, guarded):
    if not guarded:
        many = Limits(packets_per_s=1e6, bytes_per_s=1e9)
        monkeypatch.setattr("media.seam.ice.CHECKS", many)
    async with hostile() as (_, _, peer):
        flood = [check(peer) for _ in range(600)]
        answers = await exchange(address_of(peer), flood)
        mine = [it for it in answers if it[:2] == b"\x01\x01"]
        most = bounds.CHECKS.packets_per_s * (bounds.CHECKS.burst_s + 2)
        assert (len(mine) <= most) is guarded


async def test_checks_with_wrong_credentials_open_nothing():
    """The password is proved, not the name: what comes after them is still refused."""
    async with hostile() as (_, _, peer):
        address, before = address_of(peer), peer.dropped
        forged = [check(peer, password="wrong" * 5), check(peer, user="no:body")] * 50
        answers = await exchange(address, [*forged, b"\x80" + bytes(60)])
        assert not [it for it in answers if it[:2] == b"\x01\x01"]
        assert peer.dropped == before + 1
        assert peer._link.dtls.state == "connected"


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


async def test_a_peer_of_many_addresses_is_heard_from_few():
    async with hostile() as (_, _, peer):
        for _ in range(60):
            await exchange(address_of(peer), [check(peer)], quiet_s=0)
        await asyncio.sleep(0.2)
        connection = peer._link._ice._current
        assert len(connection._consented) <= bounds.CONSENTED_MAX
        assert len(connection._remote_candidates) <= bounds.CANDIDATES_MAX


async def test_garbled_packets_and_reports_end_nothing_and_grow_nothing():
    """Every kind of RTCP, REMB and transport feedback among it, and VP8 descriptors."""
    chance = Random(1)
    async with hostile() as (_, student, peer):
        for number in range(400):
            await student.packet(number, chance.randbytes(chance.randrange(1, 40)))
            kind, count = 200 + number % 8, chance.randrange(32)
            length = chance.randrange(2, 12)
            await student.secret(
                bytes([0x80 | count, kind, 0, length])
                + student.source.to_bytes(4, "big")
                + chance.randbytes(4 * length - 4)
            )
            if number % 20 == 0:
                await asyncio.sleep(0.02)
        await until(lambda: peer._receiver.rtp_at is not None)
        assert peer._link.dtls.state == "connected"
        assert len(peer._link.dtls._rtp_router.ssrc_table) <= 6


async def test_a_packet_recorded_and_sent_again_is_no_packet(monkeypatch):
    async with hostile() as (_, student, peer):
        datagrams, carry = [], student.dtls.transport._send

        async def carry_recorded(data: bytes) -> None:
            datagrams.append(data)
            await carry(data)

        monkeypatch.setattr(student.dtls.transport, "_send", carry_recorded)
        taken = []
        with peer.packets_tapped(taken.append):
            for number in range(10):
                await student.packet(number)
            await until(lambda: len(taken) == 10)
            recorded = [it for it in datagrams if 127 < it[0] < 192]
            for _ in range(5):
                for datagram in recorded:
                    await student.plain(datagram)
            await asyncio.sleep(0.2)
            assert len(taken) == 10
            for number in range(10, 20):  # the control: anew, and it counts
                await student.packet(number)
            await until(lambda: len(taken) == 20)


async def test_stamps_at_double_speed_and_a_burst_of_old_ones_make_no_time():
    """What is told of a stream is when a packet came, by the server's steady clock."""
    async with hostile() as (studio, student, peer):
        began = time.monotonic()
        for number in range(30):
            await student.packet(number, timestamp=number * 90_000, marker=1)
        for number in range(30):
            await student.packet(40_000 + number, timestamp=number, marker=1)
        await until(lambda: peer.rtp_at is not None)
        last = peer.rtp_at
        assert began <= last <= time.monotonic()
        await asyncio.sleep(0.4)
        mine = [it for it in studio.ingest.seen(60) if it.age_s > 0.3]
        assert peer.rtp_at - last < 0.2
        assert len(mine) == 1


@pytest.mark.parametrize("looked_at", [False, True])
async def test_what_nobody_reads_is_not_kept(looked_at):
    """Frames without an end: nothing stays; while somebody looks, 512 packets."""
    async with hostile() as (_, student, peer):
        with peer.tapped(lambda _: None) if looked_at else nullcontext():
            buffer = peer._receiver._RTCRtpReceiver__jitter_buffer
            for number in range(1_000):
                await student.packet(number, VP8 + bytes(200))
                if number % 50 == 0:
                    await asyncio.sleep(0.05)
            counted = peer._receiver._streams().values
            await until(lambda: max(it.packets_received for it in counted()) > 900)
            kept = sum(packet is not None for packet in buffer._packets)
            assert 0 < kept <= 512 if looked_at else kept == 0
            assert len(buffer._packets) == 512
        assert peer._link._ice._queue.qsize() < 600


async def test_who_connects_and_never_sends_is_told_as_unseen_and_costs_a_place_alone():
    async with hostile() as (studio, _, peer):
        assert peer.rtp_at is None
        assert len(studio.ingest.seen(60)) == 1  # the honest one
        assert len(studio.ingest) == 2
