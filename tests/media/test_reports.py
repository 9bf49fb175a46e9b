"""What all streams of a process share, and what their senders are told."""

import asyncio
from uuid import uuid4

from app.kernel.ids import SittingId
from media.link import certificate_of
from tests.media.studio import open_studio, until


async def test_streams_of_a_day_share_one_certificate_and_the_next_day_another():
    async with open_studio() as studio:
        links = []
        for _ in range(2):
            sitting = SittingId(uuid4())
            async with studio.student(sitting):
                links.append((await studio.streaming(sitting))._link)
        one, other = (link.dtls.getLocalParameters() for link in links)
        assert one.fingerprints == other.fingerprints
    assert certificate_of(2) is not certificate_of(1)


async def test_reports_tell_a_sender_what_was_lost():
    """RFC 3550, 6.4.1: packets that never came, and the round trip."""
    async with open_studio() as studio:
        sitting = SittingId(uuid4())
        async with studio.student(sitting) as client:
            peer = await studio.streaming(sitting)
            arrived, gone = peer._receiver._handle_rtp_packet, []

            async def lossy(packet, arrival_time_ms):
                if len(gone) < 5 and packet.sequence_number % 4 == 0:
                    gone.append(packet.sequence_number)
                else:
                    await arrived(packet, arrival_time_ms)

            peer._receiver._handle_rtp_packet = lossy
            await until(lambda: len(gone) == 5)
            await asyncio.sleep(0.5)
            await peer._receiver._report()
            await asyncio.sleep(0.5)
            told = (await client.sender.getStats()).values()
            [report] = [it for it in told if it.type == "remote-inbound-rtp"]
            assert report.packetsLost == 5


async def test_who_begins_to_watch_asks_for_nothing_that_came_unwatched():
    """Between two taps packets are only counted: they are no gap."""
    async with open_studio() as studio:
        sitting = SittingId(uuid4())
        async with studio.student(sitting):
            peer, taken, asked = await studio.streaming(sitting), [], []

            async def ask_again(_: int, lost: list[int]) -> None:
                asked.extend(lost)

            peer._receiver._send_rtcp_nack = ask_again
            with peer.packets_tapped(taken.append):
                await until(lambda: len(taken) >= 3)
            before = peer.frames
            await until(lambda: peer.frames > before + 5)
            with peer.packets_tapped(taken.append):
                await until(lambda: len(taken) >= 6)
            assert asked == []
