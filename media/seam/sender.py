"""An RTP sender that encodes nothing: packets of a student go on to one viewer."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from aiortc import clock
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    HeaderExtensionsMap,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    RtpPacket,
)

from media.seam.description import CNAME, Offer
from media.seam.limits import Budget, Limits
from media.seam.onward import History, Onward

QUEUED_MAX = 128
REPORT_EVERY_S = 1
AGAIN = Limits(packets_per_s=100, bytes_per_s=120_000, burst_s=1)
"""What is sent again at most: a small request must not bring a flood."""
_CNAME_ITEM = 1
_KEY_FRAME_WANTED = (RTCP_PSFB_PLI, RTCP_PSFB_FIR)


class QuietSender:
    """Keeps aiortc's keys and its routing of feedback; has no track and no encoder.

    At most `QUEUED_MAX` packets wait to be sent; past it the viewer loses packets,
    which it may ask for again while they are in the history.
    """

    def __init__(
        self,
        transport: RTCDtlsTransport,
        offer: Offer,
        *,
        limits: Limits,
        want_key_frame: Callable[[], Awaitable[None]],
        now: Callable[[], float],
    ) -> None:
        self.sent = 0
        self._ssrc = secrets.randbits(32)
        self._transport = transport
        self._parameters = RTCRtpSendParameters(
            codecs=offer.codecs, headerExtensions=offer.extensions, muxId=offer.mid
        )
        self._extensions = HeaderExtensionsMap()
        self._extensions.configure(self._parameters)
        self._onward = Onward(
            ssrc=self._ssrc,
            payload_type=offer.payload_type,
            mid=offer.mid,
            limits=limits,
        )
        self._want_key_frame = want_key_frame
        self._now = now
        self._history = History()
        self._again = Budget(AGAIN, now())
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(QUEUED_MAX)
        self._octets = 0
        self._last: tuple[int, int] | None = None
        """When the newest packet was taken: NTP time and the stream's own."""

    @property
    def ssrc(self) -> int:
        return self._ssrc

    def put(self, packet: RtpPacket) -> None:
        """A packet of the source; see `Onward` for what is passed on."""
        onward = self._onward.rewrite(packet)
        if onward is None:
            return
        data = onward.serialize(self._extensions)
        if self._history.put(onward.sequence_number, data):
            self._last = clock.current_ntp_time(), onward.timestamp
            self._send_soon(data)

    def begin(self) -> None:
        """Feedback is heard from now on. Needs the transport's keys."""
        self._transport._register_rtp_sender(self, self._parameters)
        # A full intra request names its source in its body, and 0 in the header.
        self._transport._rtp_router.register_sender(self, 0)

    async def run(self) -> None:
        """Sends what waits; reports. Raises ConnectionError when the viewer left."""
        report_at = self._now()
        while True:
            if self._now() >= report_at:
                report_at = self._now() + REPORT_EVERY_S
                await self._report()
            try:
                async with asyncio.timeout(REPORT_EVERY_S):
                    data = await self._waiting.get()
            except TimeoutError:
                continue
            await self._transport._send_rtp(data)
            self.sent += 1
            self._octets += len(data)

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            for number in packet.lost:
                self._send_again(number)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in _KEY_FRAME_WANTED:
            await self._want_key_frame()

    def _send_again(self, number: int) -> None:
        data = self._history.get(number)
        if data is not None and self._again.allows(len(data), self._now()):
            self._send_soon(data)

    def _send_soon(self, data: bytes) -> None:
        if not self._waiting.full():
            self._waiting.put_nowait(data)

    async def _report(self) -> None:
        """What was sent, and when (RFC 3550, 6.4.1); asks for what is still missing."""
        if not self._onward.started:
            await self._want_key_frame()
        if self._last is None:
            return
        ntp_time, time = self._last
        sent = RtcpSenderInfo(
            ntp_timestamp=ntp_time,
            rtp_timestamp=time,
            packet_count=self.sent & 0xFFFFFFFF,
            octet_count=self._octets & 0xFFFFFFFF,
        )
        name = RtcpSourceInfo(ssrc=self._ssrc, items=[(_CNAME_ITEM, CNAME.encode())])
        report = RtcpSrPacket(ssrc=self._ssrc, sender_info=sent)
        await self._transport._send_rtp(bytes(report) + bytes(RtcpSdesPacket([name])))
