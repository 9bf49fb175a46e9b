"""The same picture before two cameras, found by marks in a real Valkey."""

from uuid import uuid4

from app.adapters.redis import connect
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.marks import (
    BANDS,
    LIFE_MS,
    MOMENTS_SUSPECT,
    SLOT_MS,
    Mark,
)
from app.proctoring.service.clips import KEPT, OTHERS_MOST, Clips
from tests.domain.test_marks import flipped, picture

BEGUN = 1_795_000_000_000
EVERY_MS = 12_000


class Camera:
    """A student's, in one sitting; a glance every twelve seconds."""

    def __init__(self, account=None):
        self.account = account or AccountId(uuid4())
        self.sitting = SittingId(uuid4())
        self.stamp = BEGUN

    def shows(self, hashed: bytes) -> Mark:
        self.stamp += EVERY_MS
        return Mark(
            account=self.account, sitting=self.sitting, stamp=self.stamp, hashed=hashed
        )


async def test_a_clip_that_two_students_show_is_found_after_a_few_glances(redis):
    clips, one, other, third = Clips(redis), Camera(), Camera(), Camera()
    found = set()
    for number in range(MOMENTS_SUSPECT):
        assert not found
        await clips.twins([one.shows(picture(number))])
        same = flipped(picture(number), 2)
        seen = [other.shows(same), third.shows(picture(1000 + number))]
        found = await clips.twins(seen)
    assert {frozenset(it) for it in found} == {frozenset([one.sitting, other.sitting])}


async def test_a_student_s_earlier_sitting_is_not_another_student(redis):
    clips, before = Clips(redis), Camera()
    again = Camera(before.account)
    for number in range(10):
        assert not await clips.twins([before.shows(picture(number))])
    for number in range(10):
        assert not await clips.twins([again.shows(picture(number))])


async def test_one_old_mark_against_many_glances_suspects_nobody(redis):
    clips, old, still = Clips(redis), Camera(), Camera()
    await clips.twins([old.shows(picture(1))])
    for _ in range(40):
        assert not await clips.twins([still.shows(picture(1))])
    still_batch = [still.shows(picture(1)) for _ in range(40)]
    assert not await clips.twins(still_batch)


async def test_two_still_pictures_of_one_face_are_twins(redis):
    """The control: with moments of its own the old one would have been found."""
    clips, one, other = Clips(redis), Camera(), Camera()
    await clips.twins([one.shows(picture(1)) for _ in range(MOMENTS_SUSPECT)])
    seen = [other.shows(picture(1)) for _ in range(MOMENTS_SUSPECT)]
    assert await clips.twins(seen[:-1]) == set()
    assert await clips.twins(seen[-1:]) != set()


async def ends_in_s(redis) -> dict[str, int]:
    return {key.decode(): await redis.ttl(key) for key in await redis.keys("*")}


async def test_what_is_kept_ends_when_its_first_mark_is_two_hours_old(redis):
    clips, one, other = Clips(redis), Camera(), Camera()
    one.stamp = other.stamp = BEGUN - BEGUN % SLOT_MS
    await clips.twins([one.shows(picture(1)), other.shows(picture(1))])
    assert all(7000 < it <= 7200 for it in (await ends_in_s(redis)).values())
    one.stamp += 25 * 60_000
    await clips.twins([one.shows(picture(1))])
    slots = {k: it for k, it in (await ends_in_s(redis)).items() if "twins" not in k}
    assert len(slots) == BANDS + 2
    busy = [it for name, it in slots.items() if str(other.account) not in name]
    assert all(5600 < it <= 5700 for it in busy)  # a later mark puts nothing off


async def test_a_mark_older_than_two_hours_is_not_compared(redis):
    clips, old, late, soon = Clips(redis), Camera(), Camera(), Camera()
    await clips.twins([old.shows(picture(it)) for it in range(10)])
    late.stamp = old.stamp + LIFE_MS
    assert not await clips.twins([late.shows(picture(it)) for it in range(10)])
    soon.stamp = old.stamp + LIFE_MS // 2
    assert await clips.twins([soon.shows(picture(it)) for it in range(10)])


async def everything(redis) -> bytes:
    """Every key and value, as whoever reads Redis has them."""
    found = []
    for key in await redis.keys("*"):
        kind = await redis.type(key)
        if kind == b"list":
            found += [key, *await redis.lrange(key, 0, -1)]
        elif kind == b"hash":
            found += [key, *[b"".join(it) for it in (await redis.hgetall(key)).items()]]
        else:
            found += [key, await redis.dump(key)]
    return b"|".join(found)


async def test_who_is_forgotten_leaves_nothing_and_others_keep_all(redis):
    clips, one, other = Clips(redis), Camera(), Camera()
    for hour in range(2):
        one.stamp = other.stamp = BEGUN + hour * 3_000_000
        marks = [it.shows(picture(n)) for n in range(5) for it in (one, other)]
        await clips.twins(marks)
    mine = one.account.bytes, str(one.account).encode(), one.sitting.bytes
    theirs = other.account.bytes, str(other.account).encode(), other.sitting.bytes
    held = await everything(redis)
    assert all(it in held for it in (*mine, *theirs))  # the control
    await clips.forget(one.account, one.stamp)
    held = await everything(redis)
    assert not any(it in held for it in mine)
    assert all(it in held for it in theirs)
    assert await redis.hlen(f"twins:{other.account}") == 0
    await clips.forget(one.account, one.stamp)
    await clips.forget(other.account, other.stamp)
    assert await redis.keys("*") == []


async def test_no_more_is_kept_of_a_student_than_can_be_taken_back(redis):
    clips, one = Clips(redis, own_most=5), Camera()
    for _ in range(2):
        await clips.twins([one.shows(picture(number)) for number in range(4)])
    (name,) = await redis.keys("marks:*")
    assert await redis.llen(name) == 5
    await clips.forget(one.account, one.stamp)
    assert await redis.keys("*") == []


async def test_a_busy_band_keeps_the_newest(redis):
    clips = Clips(redis)
    await clips.twins([Camera().shows(picture(1)) for _ in range(KEPT + 20)])
    (key, *_) = await redis.keys("clip:*")
    assert await redis.llen(key) == KEPT
    for name in await redis.keys("twins:*"):
        assert await redis.hlen(name) <= OTHERS_MOST


async def test_where_faces_are_only_counted_nothing_is_compared(redis):
    assert await Clips(redis).twins([Camera().shows(b"")]) == set()
    assert await redis.keys("*") == []


async def test_without_redis_nobody_is_suspected():
    away = connect("redis://127.0.0.1:9/0")
    assert await Clips(away).twins([Camera().shows(picture(1))]) == set()
    await away.aclose()
