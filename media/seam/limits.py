"""What one peer may send. Beyond it, it loses its own packets and nobody else does."""

from collections.abc import Collection
from dataclasses import dataclass

from aiortc.rtp import is_rtcp

CONSENTED_MAX = 8
CANDIDATES_MAX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Per peer. `check_consent=False` is for negative controls in tests alone."""

    width: int = 1280
    height: int = 720
    packets_per_s: float = 600
    bytes_per_s: float = 500_000
    burst_s: float = 2
    undeclared_sources: int = 4
    queued: int = 1024
    check_consent: bool = True
    check_size: bool = True


CHECKS = Limits(packets_per_s=50, bytes_per_s=20_000, burst_s=4)
"""Of connectivity checks, apart from what they keep open: a browser sends one in some
seconds, and while it connects one in 50 ms for each of its addresses."""


class Budget:
    """A bucket of packets and one of bytes, filled as time passes."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._packets = limits.packets_per_s * limits.burst_s
        self._bytes = limits.bytes_per_s * limits.burst_s
        self._at = now

    def allows(self, size: int, now: float) -> bool:
        """Takes one packet of `size` bytes from the buckets, if both have it."""
        limits = self._limits
        gone, self._at = now - self._at, now
        self._packets = min(
            self._packets + gone * limits.packets_per_s,
            limits.packets_per_s * limits.burst_s,
        )
        self._bytes = min(
            self._bytes + gone * limits.bytes_per_s,
            limits.bytes_per_s * limits.burst_s,
        )
        if self._packets < 1 or self._bytes < size:
            return False
        self._packets -= 1
        self._bytes -= size
        return True


class Sources:
    """The SSRCs of a peer: those its offer declared and a few more.

    SRTP and aiortc keep a record of every SSRC for ever, so they are counted before
    either sees them; the header that carries them is in the clear.
    """

    def __init__(self, declared: Collection[int], limits: Limits) -> None:
        self._known = set(declared)
        self._most = len(self._known) + limits.undeclared_sources

    def allows(self, datagram: bytes) -> bool:
        """`datagram` is SRTP or SRTCP (first byte 128..191)."""
        if len(datagram) < 12:
            return False
        start = 4 if is_rtcp(datagram) else 8
        source = int.from_bytes(datagram[start : start + 4], "big")
        if source not in self._known:
            if len(self._known) >= self._most:
                return False
            self._known.add(source)
        return True


def key_frame_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height a VP8 key frame claims (RFC 6386, 9.1), None for other frames.

    A malformed key frame claims (0, 0).
    """
    if not frame or frame[0] & 1:
        return None
    if len(frame) < 10 or frame[3:6] != b"\x9d\x01\x2a":
        return 0, 0
    width = int.from_bytes(frame[6:8], "little") & 0x3FFF
    height = int.from_bytes(frame[8:10], "little") & 0x3FFF
    return width, height
