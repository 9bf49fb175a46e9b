"""The same picture before two cameras, found by perceptual hashes in a real Valkey."""

import random
from uuid import uuid4

from app.adapters.redis import connect
from app.kernel.ids import SittingId
from app.proctoring.service.clips import HASH_BYTES, PAIRS_SUSPECT, Clips, is_same


def mark(seed: int, shift: int = 0) -> bytes:
    """Of one picture: 64 bits, and five points in eighths of a pixel."""
    chance = random.Random(seed)
    points = [chance.randrange(300, 1800) + shift for _ in range(10)]
    return chance.randbytes(HASH_BYTES) + b"".join(
        it.to_bytes(2, signed=True) for it in points
    )


def flipped(it: bytes, bits: int) -> bytes:
    """The same picture, encoded anew: a few bits differ."""
    number = int.from_bytes(it[:HASH_BYTES])
    for bit in range(bits):
        number ^= 1 << bit
    return number.to_bytes(HASH_BYTES) + it[HASH_BYTES:]


def test_a_few_bits_and_a_fraction_of_a_pixel_are_the_same_picture():
    assert is_same(mark(1), flipped(mark(1), 3))
    assert is_same(mark(1), mark(1, shift=4))
    assert not is_same(mark(1), flipped(mark(1), 9))
    assert not is_same(mark(1), mark(1, shift=40))
    assert not is_same(mark(1), mark(2))
    assert not is_same(mark(1), b"")


async def test_a_clip_that_two_students_show_is_found_after_a_few_glances(redis):
    clips = Clips(redis)
    one, other, third = (SittingId(uuid4()) for _ in range(3))
    found = set()
    for number in range(PAIRS_SUSPECT):
        assert not found
        await clips.twins([(one, mark(number))])
        seen = [(other, flipped(mark(number), 2)), (third, mark(1000 + number))]
        found = await clips.twins(seen)
    assert found == {tuple(sorted((one, other)))}


async def test_one_student_s_own_pictures_are_no_twins(redis):
    clips, one = Clips(redis), SittingId(uuid4())
    for _ in range(2 * PAIRS_SUSPECT):
        assert await clips.twins([(one, mark(1))]) == set()


async def test_where_faces_are_only_counted_nothing_is_compared(redis):
    assert await Clips(redis).twins([(SittingId(uuid4()), b"")]) == set()
    assert await redis.keys("clip:*") == []


async def test_without_redis_nobody_is_suspected():
    away = connect("redis://127.0.0.1:9/0")
    assert await Clips(away).twins([(SittingId(uuid4()), mark(1))]) == set()
    await away.aclose()
