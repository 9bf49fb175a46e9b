"""Time is what the server's clock says of packets that came, and nothing else."""

import asyncio
import time

import pytest

from media.peer import Peer
from media.seam.receiver import CLOCK_RATE, QuietReceiver
from tests.media.attacks import Hostile, hostile
from tests.media.studio import until

LASTS_S = 0.8


def believe_stamps(monkeypatch) -> None:
    """A receiver for which it is as late as the packets say."""
    handle, first = QuietReceiver._handle_rtp_packet, {}

    async def handle_believing(self, packet, arrival_time_ms) -> None:
        await handle(self, packet, arrival_time_ms)
        stamp, at = first.setdefault(packet.ssrc, (packet.timestamp, self.rtp_at))
        self.rtp_at = at + (packet.timestamp - stamp) / CLOCK_RATE

    monkeypatch.setattr(QuietReceiver, "_handle_rtp_packet", handle_believing)


async def double_speed(student: Hostile) -> int:
    """How many packets went."""
    began, number = time.monotonic(), 0
    while (gone := time.monotonic() - began) < LASTS_S:
        stamp = int(2 * gone * CLOCK_RATE)
        await student.packet(number, timestamp=stamp, marker=1)
        number += 1
        await asyncio.sleep(0.02)
    return number


@pytest.mark.parametrize("guarded", [True, False])
async def test_stamps_at_double_speed_make_no_time(monkeypatch, guarded):
    """The second run is the control: who goes by them sees two seconds in one."""
    async with hostile() as (studio, student, peer):
        if not guarded:
            believe_stamps(monkeypatch)
        began, taken = time.monotonic(), []
        with peer.packets_tapped(taken.append):
            sent = await double_speed(student)
            await until(lambda: len(taken) == sent)
        stamped_s = (taken[-1].timestamp - taken[0].timestamp) / CLOCK_RATE
        assert stamped_s > 1.5 * LASTS_S
        assert began <= peer.rtp_at
        assert (peer.rtp_at <= time.monotonic()) is guarded
        seen = studio.ingest.seen(60)
        assert len(seen) == 2
        assert (min(it.age_s for it in seen) >= 0) is guarded


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_burst_of_old_packets_makes_no_time(monkeypatch, guarded):
    """A minute of them at once is that moment. The second run is the control."""
    async with hostile() as (_, student, peer):
        if not guarded:
            believe_stamps(monkeypatch)
        began, taken = time.monotonic(), []
        with peer.packets_tapped(taken.append):
            for number in range(60):
                await student.packet(number, timestamp=number * CLOCK_RATE, marker=1)
            await until(lambda: len(taken) == 60)
        gone_s = time.monotonic() - began
        assert (peer.rtp_at - began <= gone_s) is guarded


@pytest.mark.parametrize("guarded", [True, False])
async def test_who_connects_and_never_sends_is_told_as_unseen_and_costs_a_place_alone(
    monkeypatch, guarded
):
    """The second run is the control: if a connection were enough, they were seen."""
    if not guarded:
        heard_at = property(lambda self: self._link.heard_at)
        monkeypatch.setattr(Peer, "rtp_at", heard_at)
    async with hostile() as (studio, _, peer):
        assert (peer.rtp_at is None) is guarded
        assert len(studio.ingest.seen(60)) == (1 if guarded else 2)
        assert len(studio.ingest) == 2
