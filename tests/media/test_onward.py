"""Packets rewritten for a viewer: gaps stay, order does not matter, numbers wrap."""

import pytest
from aiortc.rtp import RtpPacket

from media.seam.limits import Limits
from media.seam.onward import HISTORY, LATE_MOST, History, Onward, begins_key_frame

KEY = b"\x10\x00\x00\x00\x9d\x01\x2a\x80\x02\xe0\x01"
HUGE = b"\x10\x00\x00\x00\x9d\x01\x2a\x00\x20\x00\x20"
OTHER = b"\x10\x01rest"


def packet(number, payload=OTHER, *, ssrc=7, time=0) -> RtpPacket:
    return RtpPacket(
        payload_type=96,
        sequence_number=number % 65536,
        timestamp=time % (1 << 32),
        ssrc=ssrc,
        payload=payload,
    )


@pytest.fixture
def onward():
    return Onward(ssrc=99, payload_type=120, mid="0", limits=Limits())


def numbers(onward, *packets) -> list[int | None]:
    """Relative to the first that went on."""
    found = [onward.rewrite(it) for it in packets]
    first = next(it.sequence_number for it in found if it)
    return [it and (it.sequence_number - first) % 65536 for it in found]


def test_a_viewer_begins_with_a_key_frame_and_gets_nothing_from_before(onward):
    assert not onward.started
    assert onward.rewrite(packet(9)) is None
    assert numbers(onward, packet(10, KEY), packet(8), packet(11)) == [0, None, 1]
    assert onward.started


def test_only_numbers_times_and_names_change(onward):
    given = packet(10, KEY, time=500)
    given.marker = 1
    found = onward.rewrite(given)
    assert (found.payload, found.marker) == (KEY, 1)
    assert (found.ssrc, found.payload_type, found.extensions.mid) == (99, 120, "0")
    later = onward.rewrite(packet(11, time=3500))
    assert (later.timestamp - found.timestamp) % (1 << 32) == 3000


def test_gaps_stay_and_late_packets_come_in_their_place(onward):
    given = [packet(it, KEY if it == 65533 else OTHER) for it in (65533, 65536, 65534)]
    assert numbers(onward, *given) == [0, 3, 1]
    assert numbers(onward, packet(65536 + 2), packet(65536 + 1)) == [0, 65535]


def test_what_is_far_too_late_is_left_out_for_srtp_would_refuse_it(onward):
    onward.rewrite(packet(10, KEY))
    onward.rewrite(packet(2000))
    assert onward.rewrite(packet(2000 - LATE_MOST)) is not None
    assert onward.rewrite(packet(2000 - LATE_MOST - 1)) is None


def test_another_source_waits_for_its_key_frame_and_goes_on_in_number_and_time(onward):
    before = onward.rewrite(packet(10, KEY, time=100))
    assert onward.rewrite(packet(5000, ssrc=8)) is None
    after = onward.rewrite(packet(5001, KEY, ssrc=8, time=77))
    assert (after.sequence_number - before.sequence_number) % 65536 == 1
    assert (after.timestamp - before.timestamp) % (1 << 32) == 1
    assert onward.rewrite(packet(11)) is None


def test_a_picture_that_claims_to_be_huge_stops_it_until_the_next_key_frame(onward):
    onward.rewrite(packet(10, KEY))
    assert onward.rewrite(packet(11, HUGE)) is None
    assert onward.rewrite(packet(12)) is None
    assert not onward.started
    assert onward.rewrite(packet(13, KEY)) is not None


@pytest.mark.parametrize(
    ("payload", "size"),
    [
        (KEY, (640, 480)),
        (b"\x90\x80\x12" + KEY[1:], (640, 480)),  # with a picture's number
        (b"\x00" + KEY[1:], None),  # goes on in the middle
        (b"\x11" + KEY[1:], None),  # another partition
        (OTHER, None),
        (b"\x90\x80", None),
        (b"", None),
    ],
)
def test_where_a_key_frame_begins(payload, size):
    assert begins_key_frame(payload) == size


def test_history_keeps_the_newest_and_knows_what_it_had():
    history = History()
    assert history.put(1, b"one")
    assert not history.put(1, b"one")
    assert history.get(1) == b"one"
    history.put(1 + HISTORY, b"later")
    assert history.get(1) is None
