"""An RTP receiver that decodes nothing: frames and packets go to who taps."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpreceiver import NackGenerator, RemoteStreamTrack
from aiortc.rtp import RTP_HISTORY_SIZE, AnyRtcpPacket, RtcpByePacket, RtpPacket
from aiortc.utils import uint16_add

from media.seam import RECEIVER

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
        self._set_rtcp_ssrc(secrets.randbits(32))
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
        one that was sent again comes as it was meant to be."""
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
        await super()._handle_rtp_packet(packet, arrival_time_ms)

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        # A browser says goodbye when it pauses its encoder, and comes back.
        if not isinstance(packet, RtcpByePacket):
            await super()._handle_rtcp_packet(packet)

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
