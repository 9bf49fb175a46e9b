"""Glances at real streams: key frames asked for, followed and told, and cheap."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from uuid import uuid4

import av
import cv2
import numpy as np
import pytest

from app.adapters.redis import entries_of
from app.kernel.glances import GlanceTold, Sight
from app.kernel.ids import SittingId
from app.kernel.tickets import Glancing
from media.faces.glimpse import Glimpser
from media.faces.models import Models
from media.faces.packs import install
from media.glances import GLANCES, Glances
from media.rhythm import Rhythm
from media.small import bgr_of
from tests.conftest import ROOT
from tests.media.studio import until, until_async
from workers.demo_faces import demo_pictures
from workers.loadtest.cameras import Camera

PACK = ROOT / "var" / "models" / "faceplugin"
QUICK = Rhythm(every_s=0.4, troubled_s=0.4, within_s=1.5)


@pytest.fixture(scope="module")
def glimpser():
    install(PACK)
    return Glimpser(Models(PACK, 1))


@asynccontextmanager
async def glancing(studio, redis, glimpser, rhythm=QUICK):
    with ThreadPoolExecutor(1) as pool:
        glances = Glances(
            ingest=studio.ingest,
            glimpser=glimpser,
            pool=pool,
            redis=redis,
            now=time.monotonic,
            rhythm=rhythm,
        )
        task = asyncio.create_task(glances.run())
        try:
            yield glances
        finally:
            task.cancel()


async def told(redis, sitting, at_least):
    """The glances of a sitting, once there are so many."""

    async def read():
        entries = entries_of(await redis.xread({GLANCES: "0"}))
        found = [GlanceTold.from_fields(fields) for _, fields in entries]
        return [it for it in found if it.sitting == sitting]

    async def enough():
        return len(await read()) >= at_least

    await until_async(enough, within_s=15)
    return await read()


def shown(picture, count=20, fps=5):
    """A camera before which somebody sways a little; without a picture, a wall."""
    frames = []
    for number in range(count):
        frame = np.full((240, 320, 3), 110, np.uint8)
        if picture is not None:
            shift = np.array([[1, 0, 3 * np.sin(number / 3)], [0, 1, 0]])
            face = cv2.resize(picture, (200, 220))
            frame[10:230, 60:260] = cv2.warpAffine(
                face, shift, (200, 220), borderMode=1
            )
        bgr = av.VideoFrame.from_ndarray(frame, format="bgr24")
        frames.append(bgr.reformat(format="yuv420p"))
    return Camera(frames, fps=fps)


@pytest.fixture(scope="module")
def portraits():
    return demo_pictures()


async def test_a_face_is_followed_and_its_change_is_told(
    studio, redis, glimpser, portraits
):
    sitting, camera = SittingId(uuid4()), shown(portraits["asha"])
    async with studio.student(sitting, 2, camera=camera):
        await studio.streaming(sitting, 2)
        async with glancing(studio, redis, glimpser):
            before = await told(redis, sitting, 3)
            camera.pictures = shown(portraits["ben"]).pictures
            after = await told(redis, sitting, len(before) + 3)
    sights = [it.followed.sight for it in before]
    assert sights[0] is Sight.BROKEN
    assert set(sights[1:]) <= {Sight.STEADY, Sight.JUMPED}
    assert Sight.BROKEN in {it.followed.sight for it in after[len(before) :]}
    assert {it.epoch for it in after} == {2}


async def test_a_wall_is_an_empty_chair(studio, redis, glimpser):
    sitting = SittingId(uuid4())
    async with studio.student(sitting, camera=shown(None)):
        await studio.streaming(sitting)
        async with glancing(studio, redis, glimpser):
            seen = await told(redis, sitting, 2)
    assert {it.followed.sight for it in seen} == {Sight.EMPTY}


class Hasty(Glimpser):
    """Finds every face plain, or fails at it; notes which pictures it saw whole."""

    def __init__(self, error=None):
        super().__init__(Models(PACK, 1))
        self.error, self.whole = error, []

    def plain_faces(self, pictures):
        if self.error:
            raise self.error
        return [self._models.detect(picture)[0][0] for picture in pictures]

    def glimpse(self, picture, face=None):
        self.whole.append(face is None)
        return super().glimpse(picture, face)


async def sights_of(studio, redis, glimpser, picture, at_least=4):
    sitting = SittingId(uuid4())
    async with studio.student(sitting, camera=shown(picture)):
        await studio.streaming(sitting)
        async with glancing(studio, redis, glimpser):
            return [it.followed.sight for it in await told(redis, sitting, at_least)]


async def test_the_first_glances_and_every_third_look_at_the_whole_picture(
    studio, redis, portraits
):
    """The first is of somebody nobody vouched for yet; so the second looks closely."""
    hasty = Hasty()
    await sights_of(studio, redis, hasty, portraits["asha"], at_least=8)
    assert hasty.whole[:8] == [True, True, False, False, True, False, False, True]


async def test_whatever_is_not_calm_is_looked_at_whole(studio, redis):
    hasty = Hasty()
    assert set(await sights_of(studio, redis, hasty, None)) == {Sight.EMPTY}
    assert all(hasty.whole)


async def test_a_bug_in_looking_at_several_at_once_costs_nobody_a_glance(
    studio, redis, portraits
):
    hasty = Hasty(ValueError("a bug"))
    seen = await sights_of(studio, redis, hasty, portraits["asha"])
    assert set(seen[1:]) <= {Sight.STEADY, Sight.JUMPED}
    assert all(hasty.whole)


async def test_a_camera_that_sends_no_key_frame_is_unseen(
    studio, redis, glimpser, portraits, monkeypatch
):
    """Frames that flow, but never one that can be looked at."""
    monkeypatch.setattr("media.peer.key_frame_size", lambda frame: None)
    sitting = SittingId(uuid4())
    async with studio.student(sitting, camera=shown(portraits["asha"])):
        await studio.streaming(sitting)
        async with glancing(studio, redis, glimpser):
            seen = await told(redis, sitting, 1)
    assert seen[0].followed.sight is Sight.UNSEEN


async def test_a_look_asked_for_while_a_glance_is_under_way_has_its_own(
    studio, redis, glimpser, portraits
):
    """The frame of the one under way may be of whoever sat there before."""
    sitting = SittingId(uuid4())
    rare = Rhythm(every_s=600, troubled_s=600, within_s=2)
    async with studio.student(sitting, camera=shown(portraits["asha"], fps=2)):
        await studio.streaming(sitting)
        async with glancing(studio, redis, glimpser, rare) as glances:
            await until(lambda: glances.under_way(sitting))
            glances.hurry(sitting)
            assert len(await told(redis, sitting, 2)) == 2


def test_a_decoded_picture_has_the_colours_it_was_encoded_with():
    colours = np.full((240, 320, 3), (200, 80, 40), np.uint8)
    for width, height in [(320, 240), (319, 239)]:
        whole = av.VideoFrame.from_ndarray(colours, format="bgr24")
        frame = whole.reformat(width=width, height=height, format="yuv420p")
        shown_as = bgr_of(frame)
        assert shown_as.shape == (height, width, 3)
        assert np.abs(shown_as.astype(int) - colours[:height, :width]).max() <= 4


async def test_only_what_the_ticket_allows_is_done(studio, redis, glimpser, portraits):
    counted, left_alone = SittingId(uuid4()), SittingId(uuid4())
    async with (
        studio.student(counted, camera=shown(portraits["asha"])),
        studio.student(left_alone, camera=shown(portraits["ben"])),
    ):
        for sitting in (counted, left_alone):
            await studio.streaming(sitting)
        streams = {it.sitting: it for it in studio.ingest.followed()}
        streams[counted].glancing = Glancing.COUNT
        streams[left_alone].glancing = Glancing.NONE
        async with glancing(studio, redis, glimpser):
            seen = await told(redis, counted, 3)
        assert await told(redis, left_alone, 0) == []
    assert all(it.followed.mark == b"" for it in seen)
