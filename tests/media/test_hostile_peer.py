"""A student with a ticket and keys who means harm: the guard, and what is without it.

Beside each stands an honest student, all of whose packets arrive.
"""

import asyncio
import queue
import time
from contextlib import nullcontext, suppress
from random import Random
from uuid import uuid4

import pytest
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtcrtpreceiver import NackGenerator, RTCRtpReceiver
from aiortc.rtp import RtcpPacket, RtpPacket
from OpenSSL import SSL

from app.kernel.ids import SittingId
from media.seam import RECEIVER
from media.seam.dtls import DrainedDtls
from media.seam.limits import Limits
from media.seam.receiver import QuietReceiver, _Missing
from tests.media.attacks import CLIP, VP8, Beside, Hostile, hostile
from tests.media.studio import until
from workers.loadtest.cameras import EncodedCamera


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


def faults(monkeypatch) -> None:
    """A parser that fails otherwise than by ValueError, which alone aiortc expects."""
    parse = RtcpPacket.parse

    def parse_or_fail(data):
        try:
            return parse(data)
        except ValueError as error:
            raise RuntimeError from error

    monkeypatch.setattr(RtcpPacket, "parse", parse_or_fail)


def goodbyes(monkeypatch) -> None:
    """aiortc's own receiver listens to them."""
    theirs = RTCRtpReceiver._handle_rtcp_packet
    monkeypatch.setattr(QuietReceiver, "_handle_rtcp_packet", theirs)


@pytest.mark.parametrize("off", [None, faults, goodbyes])
async def test_garbled_packets_and_reports_end_nothing_and_grow_nothing(
    monkeypatch, off
):
    """Every kind of RTCP, REMB and transport feedback among it, and VP8 descriptors,
    while somebody looks. After them a frame is a frame; in the controls it is none."""
    frames = []
    async with hostile() as (_, student, peer):
        if off:
            off(monkeypatch)
        with peer.tapped(frames.append), suppress(ConnectionError):
            await garble(student)
            peer.start_afresh()
            frames.clear()
            for number in range(1_000, 1_030):
                await student.packet(number, VP8 + b"whole", marker=1)
                await asyncio.sleep(0.02)
        assert (VP8[1:] + b"whole" in frames) is (off is None)
        assert (peer._link.dtls.state == "connected") is (off is not faults)
        assert len(peer._link.dtls._rtp_router.ssrc_table) <= 6


async def garble(student: Hostile) -> None:
    chance = Random(1)
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


@pytest.mark.parametrize(
    ("looked_at", "room"), [(False, 512), (True, 512), (True, 4096)]
)
async def test_what_nobody_reads_is_not_kept(monkeypatch, looked_at, room):
    """Frames without an end: nothing stays; while somebody looks, 512 packets. The
    last run is the control: with more room, all stay."""
    made = JitterBuffer.__init__
    monkeypatch.setattr(
        JitterBuffer, "__init__", lambda self, **named: made(self, room, is_video=True)
    )
    async with hostile() as (_, student, peer):
        with peer.tapped(lambda _: None) if looked_at else nullcontext():
            for number in range(1_000):
                await student.packet(number, VP8 + bytes(200))
                if number % 50 == 0:
                    await asyncio.sleep(0.05)
            counted = peer._receiver._streams().values
            await until(lambda: max(it.packets_received for it in counted()) > 900)
            buffer = peer._receiver._RTCRtpReceiver__jitter_buffer
            kept = sum(packet is not None for packet in buffer._packets)
            assert (kept > 0) is looked_at
            assert (kept <= 512) if room == 512 else (kept > 900)
        assert peer._link._ice._queue.qsize() < 600


class Decoding(QuietReceiver):
    """As aiortc's own: it decodes whatever comes, and keeps it for who reads."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        setattr(self, f"{RECEIVER}decoder_queue", queue.Queue())

    _handle_rtp_packet = RTCRtpReceiver._handle_rtp_packet


@pytest.mark.parametrize("guarded", [True, False])
async def test_pictures_nobody_reads_are_not_made(studio, monkeypatch, guarded):
    sitting = SittingId(uuid4())
    async with Beside(studio):
        if not guarded:
            monkeypatch.setattr("media.peer.QuietReceiver", Decoding)
        async with studio.student(sitting, camera=EncodedCamera(CLIP, fps=30)):
            peer = studio.ingest.peer_of(sitting, 1)
            pictures = peer._receiver._track._queue
            await until(lambda: peer.frames > 60 or pictures.qsize() > 60)
            assert (pictures.qsize() <= 1) is guarded  # None: the end of its thread


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_peer_over_its_budget_loses_its_own_packets(guarded):
    limits = Limits() if guarded else Limits(packets_per_s=1e9, bytes_per_s=1e12)
    async with hostile(limits) as (_, student, peer):
        before = peer.traffic
        for number in range(2_000):
            await student.packet(number)
            if number % 50 == 0:
                await asyncio.sleep(0.005)

        def came() -> int:
            now = peer.traffic
            return now.packets + now.dropped - before.packets - before.dropped

        await until(lambda: came() > 1_900)
        assert (peer.dropped > 100) is guarded
