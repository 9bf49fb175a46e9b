"""The same picture before two cameras, found by marks in a real Valkey."""

from uuid import uuid4

from app.adapters.redis import connect
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.marks import MOMENTS_SUSPECT, Mark
from app.proctoring.service.clips import Clips
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


async def test_where_faces_are_only_counted_nothing_is_compared(redis):
    assert await Clips(redis).twins([Camera().shows(b"")]) == set()
    assert await redis.keys("*") == []


async def test_without_redis_nobody_is_suspected():
    away = connect("redis://127.0.0.1:9/0")
    assert await Clips(away).twins([Camera().shows(picture(1))]) == set()
    await away.aclose()
