"""An RTP receiver that decodes nothing: frames and packets go to who taps."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpreceiver import (
    NackGenerator,
    RemoteStreamTrack,
    StreamStatistics,
)
from aiortc.rtp import (
    RTP_HISTORY_SIZE,
    AnyRtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSrPacket,
    RtpPacket,
)
from aiortc.utils import uint16_add

from media.seam import RECEIVER

CLOCK_RATE = 90_000
REPORT_S, BUSY_REPORT_S = 5.0, 1.0
"""Between reports; RFC 3550, 6.2, has five seconds as the least without a reason."""

Tap = Callable[[bytes], None]
PacketTap = Callable[[RtpPacket], None]
_Task = tuple[RTCRtpCodecParameters, JitterFrame]


class QuietReceiver(RTCRtpReceiver):
    """Keeps aiortc's jitter buffer, retransmission and reports; drops its decoder.

    `frames` counts whole frames, `rtp_at` is when the last packet came (monotonic).
    """

    def __init__(
        self, transport: RTCDtlsTransport, payload_type: int, now: Callable[[], float]
    ) -> None:
        super().__init__("video", transport)
        self.frames = 0
        self.rtp_at: float | None = None
        self._payload_type = payload_type
        self._source: int | None = None
        self._now = now
        self._taps: list[Tap] = []
        self._packet_taps: list[PacketTap] = []
        self._track = RemoteStreamTrack("video")
        self._rtcp_source = secrets.randbits(32)
        self._set_rtcp_ssrc(self._rtcp_source)
        self._sender_reports: dict[int, tuple[int, float]] = {}
        """By source: the middle of the NTP time it told, and when (monotonic)."""
        setattr(self, f"{RECEIVER}decoder_queue", _Sink(self._frame))
        self.start_afresh()

    @contextmanager
    def tapped(self, tap: Tap) -> Iterator[None]:
        """Hands every whole frame to `tap`, from the next packet on.

        A packet lost for good would hold back later frames, for minutes at a frame a
        second, so the buffer starts afresh for the first tap.
        """
        if not self._taps:
            self.start_afresh()
        self._taps.append(tap)
        try:
            yield
        finally:
            self._taps.remove(tap)

    @contextmanager
    def packets_tapped(self, tap: PacketTap) -> Iterator[None]:
        """Hands every packet of the video to `tap` as it comes, also out of order;
        one that was sent again comes as it was meant to be. What came while nobody
        tapped is not missing: nothing of it is asked for again."""
        if not (self._taps or self._packet_taps):
            self.start_afresh()
        self._packet_taps.append(tap)
        try:
            yield
        finally:
            self._packet_taps.remove(tap)

    def start_afresh(self) -> None:
        """Forgets half-received frames and missing packets."""
        setattr(self, f"{RECEIVER}jitter_buffer", _PromptBuffer(self._packet_taps))
        setattr(self, f"{RECEIVER}nack_generator", _Missing())

    async def request_key_frame(self) -> None:
        """Sends a picture loss indication (RFC 4585, 6.3.1), if anything ever came."""
        if self._source is not None:
            await self._send_rtcp_pli(self._source)

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self.rtp_at = self._now()
        if packet.payload_type == self._payload_type:
            self._source = packet.ssrc
        if self._taps or self._packet_taps:
            await super()._handle_rtp_packet(packet, arrival_time_ms)
        else:
            self._count(packet)

    def _count(self, packet: RtpPacket) -> None:
        """While nobody taps: what reports need, and whether a frame ended. Nothing is
        put together, and nothing that was lost is asked for."""
        if packet.payload_type != self._payload_type:
            return
        streams = self._streams()
        if packet.ssrc not in streams:
            streams[packet.ssrc] = StreamStatistics(CLOCK_RATE)
        streams[packet.ssrc].add(packet)
        self.frames += packet.marker

    async def _run_rtcp(self) -> None:
        """aiortc reports every second. Who sends a frame a second learns nothing by it,
        and building one costs as much as receiving several packets."""
        getattr(self, f"{RECEIVER}rtcp_started").set()
        try:
            while True:
                busy = self._taps or self._packet_taps
                every_s = BUSY_REPORT_S if busy else REPORT_S
                await asyncio.sleep(every_s * random.uniform(0.5, 1.5))
                await self._report()
        except asyncio.CancelledError:
            pass  # as aiortc's own, which waits for the event alone
        finally:
            getattr(self, f"{RECEIVER}rtcp_exited").set()

    async def _report(self) -> None:
        reports = [self._report_on(*it) for it in self._streams().items()]
        if reports:
            packet = RtcpRrPacket(ssrc=self._rtcp_source, reports=reports)
            await self._send_rtcp(packet)

    def _report_on(self, source: int, stream: StreamStatistics) -> RtcpReceiverInfo:
        """RFC 3550, 6.4.1: times in 1/65536 s."""
        heard = self._sender_reports.get(source)
        since = int((time.monotonic() - heard[1]) * 65536) if heard else 0
        return RtcpReceiverInfo(
            ssrc=source,
            fraction_lost=stream.fraction_lost,
            packets_lost=stream.packets_lost,
            highest_sequence=stream.max_seq or 0,
            jitter=stream.jitter,
            lsr=heard[0] if heard else 0,
            dlsr=min(since, 0xFFFFFFFF),
        )

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        # A browser says goodbye when it pauses its encoder, and comes back; and the
        # statistics that aiortc makes of each report, nobody reads.
        if isinstance(packet, RtcpSrPacket) and packet.ssrc in self._streams():
            middle = packet.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF
            self._sender_reports[packet.ssrc] = middle, time.monotonic()

    def _streams(self) -> dict[int, StreamStatistics]:
        streams: dict[int, StreamStatistics] = getattr(
            self, f"{RECEIVER}remote_streams"
        )
        return streams

    def _frame(self, frame: bytes) -> None:
        self.frames += 1
        for tap in self._taps:
            tap(frame)


class _Missing(NackGenerator):
    """Walks over no more numbers than it remembers: aiortc's took 9 ms for a packet
    that claimed to be 32,000 further, and a peer sends hundreds in a second."""

    def add(self, packet: RtpPacket) -> bool:
        if self.max_seq is not None:
            ahead = uint16_add(packet.sequence_number, -self.max_seq)
            if RTP_HISTORY_SIZE < ahead < 1 << 15:
                self.missing.clear()
                number = packet.sequence_number
                self.max_seq = uint16_add(number, -RTP_HISTORY_SIZE - 1)
        return super().add(packet)


class _PromptBuffer(JitterBuffer):
    """Gives a frame when its last packet is here (RFC 7741: the marker bit).

    aiortc's waits for the next frame to begin, which at a frame a second is late.
    """

    def __init__(self, taps: list[PacketTap]) -> None:
        super().__init__(capacity=512, is_video=True)
        self._taps = taps

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        # Here aiortc has taken a retransmission out of its wrapping.
        for tap in self._taps:
            tap(packet)
        return super().add(packet)

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        frame = super()._remove_frame(sequence_number)
        return frame or self._marked_frame()

    def _marked_frame(self) -> JitterFrame | None:
        data = bytearray()
        for count in range(self._capacity):
            packet = self._packets[((self._origin or 0) + count) % self._capacity]
            if packet is None:
                return None
            data += packet._data  # type: ignore[attr-defined]
            if packet.marker:
                self.remove(count + 1)
                return JitterFrame(data=bytes(data), timestamp=packet.timestamp)
        return None


class _Sink:
    """In the place of aiortc's queue of frames to decode.

    Its thread asks once, hears None and ends; frames put go to the receiver at once.
    """

    def __init__(self, take: Tap) -> None:
        self._take = take

    def get(self) -> None:
        """Nothing to decode, ever."""

    def put(self, task: _Task | None) -> None:
        if task is not None:
            self._take(task[1].data)
