"""A student's VP8 packets, rewritten as a viewer's own stream: nothing is decoded."""

import secrets

from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtp import RtpPacket

from media.seam.limits import Limits, key_frame_size

LATE_MOST = 256
"""So far behind the newest a packet still goes on: SRTP refuses much older ones."""
HISTORY = 256
_HALF, _ALL = 1 << 15, 1 << 16


class Onward:
    """Begins with a key frame; then only numbers, times and names change.

    Gaps stay gaps, so that the viewer asks for what is lost. It begins anew when the
    source changes, and passes on no picture that claims to be larger than `limits`.
    """

    def __init__(self, *, ssrc: int, payload_type: int, mid: str, limits: Limits):
        self._ssrc = ssrc
        self._payload_type = payload_type
        self._mid = mid
        self._limits = limits
        self._source: int | None = None
        self._begun = self._newest = 0
        # In the lower half: a number that wraps early confuses SRTP (as in aiortc).
        self._next = secrets.randbelow(_HALF)
        self._time = secrets.randbits(32)
        self._number_shift = self._time_shift = 0

    @property
    def started(self) -> bool:
        return self._source is not None

    def rewrite(self, packet: RtpPacket) -> RtpPacket | None:
        """None: not passed on."""
        size = begins_key_frame(packet.payload)
        if size is not None and not self._allows(size):
            self._source = None
            return None
        if packet.ssrc != self._source:
            if size is None:
                return None
            self._begin(packet)
        ahead = packet.sequence_number - self._newest
        index = self._newest + (ahead + _HALF) % _ALL - _HALF
        if index < max(self._begun, self._newest - LATE_MOST):
            return None
        if index >= self._newest:
            self._newest = index
            self._next = index + self._number_shift + 1
            self._time = packet.timestamp + self._time_shift
        return self._rewritten(packet, index)

    def _allows(self, size: tuple[int, int]) -> bool:
        limits = self._limits
        return 0 < size[0] <= limits.width and 0 < size[1] <= limits.height

    def _begin(self, packet: RtpPacket) -> None:
        self._source = packet.ssrc
        self._begun = self._newest = packet.sequence_number
        self._number_shift = self._next - packet.sequence_number
        self._time_shift = self._time + 1 - packet.timestamp

    def _rewritten(self, packet: RtpPacket, index: int) -> RtpPacket:
        onward = RtpPacket(
            payload_type=self._payload_type,
            marker=packet.marker,
            sequence_number=(index + self._number_shift) % _ALL,
            timestamp=(packet.timestamp + self._time_shift) % (1 << 32),
            ssrc=self._ssrc,
            payload=packet.payload,
        )
        onward.extensions.mid = self._mid
        return onward


class History:
    """The newest `HISTORY` packets by number, to be sent again; older are forgotten."""

    def __init__(self) -> None:
        self._packets: list[tuple[int, bytes] | None] = [None] * HISTORY

    def put(self, number: int, data: bytes) -> bool:
        """False when it was there already."""
        place = number % HISTORY
        kept = self._packets[place]
        if kept is not None and kept[0] == number:
            return False
        self._packets[place] = number, data
        return True

    def get(self, number: int) -> bytes | None:
        kept = self._packets[number % HISTORY]
        return kept[1] if kept is not None and kept[0] == number else None


def begins_key_frame(payload: bytes) -> tuple[int, int] | None:
    """The size that the key frame claims which begins here (RFC 7741, 4.2), or None."""
    if not payload or payload[0] & 0x1F != 0x10:  # not the start of a frame
        return None
    try:
        _, frame = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        return None
    return key_frame_size(frame)
