"""When two glances are of one picture, and when two students are twins."""

import random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.proctoring.domain.marks import (
    HASH_BYTES,
    MOMENTS_SUSPECT,
    Mark,
    alike,
    are_twins,
    bands_of,
    is_same,
    one_to_one,
)

ASHA, BEN = UUID(int=1), UUID(int=2)


def picture(seed: int, shift: int = 0) -> bytes:
    """The mark of one picture: 64 bits, and five points in eighths of a pixel."""
    chance = random.Random(seed)
    points = [chance.randrange(300, 1800) + shift for _ in range(10)]
    return chance.randbytes(HASH_BYTES) + b"".join(
        it.to_bytes(2, signed=True) for it in points
    )


def flipped(hashed: bytes, bits: int) -> bytes:
    """The same picture, encoded anew: a few bits differ."""
    number = int.from_bytes(hashed[:HASH_BYTES]) ^ (1 << bits) - 1
    return number.to_bytes(HASH_BYTES) + hashed[HASH_BYTES:]


def mark(account: UUID, stamp: int, hashed: bytes, sitting: int = 9) -> Mark:
    return Mark(account=account, sitting=UUID(int=sitting), stamp=stamp, hashed=hashed)


def test_a_few_bits_and_a_fraction_of_a_pixel_are_the_same_picture():
    assert is_same(picture(1), flipped(picture(1), 3))
    assert is_same(picture(1), picture(1, shift=4))
    assert not is_same(picture(1), flipped(picture(1), 9))
    assert not is_same(picture(1), picture(1, shift=40))
    assert not is_same(picture(1), picture(2))
    assert not is_same(picture(1), b"")


def test_few_bits_leave_a_band_as_it_was():
    assert set(bands_of(picture(1))) & set(bands_of(flipped(picture(1), 3)))


def test_a_mark_is_read_as_it_was_written():
    written = mark(ASHA, 1_795_000_000_123, picture(1))
    assert Mark.from_bytes(written.to_bytes()) == written


def test_nobody_is_alike_themselves_whatever_the_sitting():
    mine, earlier = mark(ASHA, 2, picture(1), 9), mark(ASHA, 1, picture(1), 8)
    other = mark(BEN, 1, picture(1))
    assert [it.other for it in alike(mine, [mine, earlier, other])] == [other]


def test_one_old_picture_met_by_many_glances_is_one_moment():
    moments = one_to_one((), [(stamp, 7) for stamp in range(100)])
    assert moments == ((0, 7),)
    moments = one_to_one(moments, [(0, stamp) for stamp in range(100)])
    assert not are_twins(moments)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=60))
def test_every_glance_is_paired_once_in_whatever_order_they_come(pairs):
    moments = ()
    for pair in pairs:
        moments = one_to_one(moments, [pair])
    assert set(moments) <= set(pairs)
    for side in zip(*moments, strict=True):
        assert len(set(side)) == len(side) <= MOMENTS_SUSPECT
    if are_twins(moments):
        assert len({one for one, _ in pairs}) >= MOMENTS_SUSPECT
        assert len({other for _, other in pairs}) >= MOMENTS_SUSPECT
