"""What one peer may send."""

import pytest

from media.seam.limits import Budget, Limits, Sources, key_frame_size

LIMITS = Limits(packets_per_s=10, bytes_per_s=1000, burst_s=2, undeclared_sources=2)


def rtp(source: int) -> bytes:
    return bytes([0x80, 96]) + bytes(6) + source.to_bytes(4, "big")


def rtcp(source: int) -> bytes:
    return bytes([0x80, 200, 0, 6]) + source.to_bytes(4, "big") + bytes(20)


def test_a_burst_passes_and_then_only_the_rate():
    budget = Budget(LIMITS, now=0)
    assert sum(budget.allows(1, now=0) for _ in range(100)) == 20
    assert sum(budget.allows(1, now=1) for _ in range(100)) == 10


def test_bytes_are_bounded_too():
    budget = Budget(LIMITS, now=0)
    assert budget.allows(2000, now=0)
    assert not budget.allows(1, now=0)
    assert budget.allows(1000, now=1)


def test_silence_saves_up_no_more_than_a_burst():
    budget = Budget(LIMITS, now=0)
    assert sum(budget.allows(1, now=9999) for _ in range(100)) == 20


def test_declared_sources_always_pass_and_strangers_are_few():
    sources = Sources([7], LIMITS)
    assert [sources.allows(rtp(n)) for n in (1, 2, 3, 4)] == [True, True, False, False]
    assert sources.allows(rtp(7))
    assert sources.allows(rtp(1))


def test_a_report_counts_by_its_sender():
    sources = Sources([7], Limits(undeclared_sources=0))
    assert sources.allows(rtcp(7))
    assert not sources.allows(rtcp(8))


@pytest.mark.parametrize("length", [0, 1, 11])
def test_a_datagram_too_short_for_a_header_is_refused(length):
    assert not Sources([], LIMITS).allows(rtp(1)[:length])


def test_a_key_frame_says_its_size():
    frame = bytes([0x10, 0, 0, 0x9D, 1, 0x2A, 0x80, 0x02, 0xE0, 0x01, 0])
    assert key_frame_size(frame) == (640, 480)


def test_scaling_bits_are_no_part_of_the_size():
    frame = bytes([0x10, 0, 0, 0x9D, 1, 0x2A, 0x80, 0x42, 0xE0, 0xC1])
    assert key_frame_size(frame) == (640, 480)


@pytest.mark.parametrize("frame", [b"", b"\x01" * 20])
def test_other_frames_say_none(frame):
    assert key_frame_size(frame) is None


@pytest.mark.parametrize("frame", [b"\x00", b"\x00" * 20])
def test_a_malformed_key_frame_claims_nothing(frame):
    assert key_frame_size(frame) == (0, 0)
