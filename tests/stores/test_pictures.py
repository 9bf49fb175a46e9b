"""Checking by a person: the same hours by the same rules, only later."""

import random

import pytest

from app.adapters.audit import Trail
from app.adapters.envelopes import Envelopes
from app.adapters.key_ring import KeyRing
from app.adapters.sealing import Sealer
from app.proctoring.domain.words import Verdict
from app.proctoring.service.pictures import NoSuchPicture, OlderFirst, Pictures
from tests.stores.entrance import SECRET
from tests.stores.world import build_world

JPEG = b"\xff\xd8\xff" + bytes(200)


@pytest.fixture
def pictures(world):
    return pictures_on(world)


def pictures_on(world):
    envelopes = Envelopes(KeyRing(SECRET, None))
    return Pictures(world.desk, envelopes, Trail(Sealer(SECRET)))


async def capture(world, pictures, jpeg=JPEG):
    """The look that is due is captured, and waits for a person."""
    (lease,) = await world.looks.claim_due()
    world.clock.forward(1)
    await pictures.hold(lease.look, lease.attempt, jpeg)
    return lease


async def studied(world, pictures, seconds=570):
    """A sitting of two pictures with so much time between them."""
    await world.open()
    first = await capture(world, pictures)
    await world.study(seconds)
    await world.due_at_once("interval")
    return first, await capture(world, pictures)


async def test_time_runs_at_once_and_counts_when_the_person_has_compared(
    world, pictures
):
    first, second = await studied(world, pictures)
    assert await world.value("SELECT state FROM sitting") == "running"
    assert await world.seconds("provisional") == 570
    await pictures.compare(world.student, first.look, Verdict.MATCH)
    assert await world.seconds("confirmed") == 0
    await pictures.compare(world.student, second.look, Verdict.MATCH)
    assert await world.seconds("confirmed") == 570
    assert await world.value("SELECT count(*) FROM look_picture") == 0


async def test_another_person_voids_only_the_time_before_that_picture(world, pictures):
    first, second = await studied(world, pictures)
    await world.study(300)
    await world.due_at_once("random")
    third = await capture(world, pictures)
    await pictures.compare(world.student, first.look, Verdict.MATCH)
    await pictures.compare(world.student, second.look, Verdict.MISMATCH)
    assert await world.seconds("void") == 570
    assert await world.value("SELECT reason FROM sitting") == "needs_person"
    assert await world.value("SELECT count(*) FROM incident") == 1
    assert await world.seconds("provisional") >= 300
    await pictures.compare(world.student, third.look, Verdict.MATCH)
    assert await world.seconds("confirmed") == 301  # from picture to picture


async def test_the_oldest_picture_of_a_student_comes_first(world, pictures):
    first, second = await studied(world, pictures)
    with pytest.raises(OlderFirst):
        await pictures.compare(world.student, second.look, Verdict.MATCH)
    assert (await pictures.next()).look == first.look
    assert (await pictures.next()).waiting == 2


async def test_a_picture_is_compared_once(world, pictures):
    first, _ = await studied(world, pictures)
    await pictures.compare(world.student, first.look, Verdict.MATCH)
    with pytest.raises(NoSuchPicture):
        await pictures.compare(world.student, first.look, Verdict.MISMATCH)
    with pytest.raises(NoSuchPicture):
        await pictures.picture(world.student, first.look)


async def test_what_cannot_be_told_waits_for_the_next_picture(world, pictures):
    first, second = await studied(world, pictures)
    await pictures.compare(world.student, first.look, Verdict.BLURRED)
    await pictures.compare(world.student, second.look, Verdict.BLURRED)
    assert await world.seconds("provisional") == 570
    assert await world.value("SELECT count(*) FROM incident") == 0


async def test_deciding_long_after_the_sitting_ended_counts_the_same(world, pictures):
    first, second = await studied(world, pictures)
    sitting = await world.value("SELECT sitting_id FROM sitting")
    await world.end(sitting)
    world.clock.forward(5 * 86_400)
    await pictures.compare(world.student, first.look, Verdict.MATCH)
    await pictures.compare(world.student, second.look, Verdict.MATCH)
    assert await world.seconds("confirmed") == 570


async def test_a_sample_delivered_twice_is_held_once(world, pictures):
    await world.open()
    lease = await capture(world, pictures)
    await pictures.hold(lease.look, lease.attempt, JPEG)
    assert await world.value("SELECT count(*) FROM look_picture") == 1


async def test_the_picture_at_rest_is_sealed_and_a_view_is_noted(world, pictures):
    await world.open()
    lease = await capture(world, pictures)
    sealed = await world.value("SELECT sealed FROM look_picture")
    assert JPEG not in sealed
    assert await pictures.picture(world.student, lease.look) == JPEG
    seen = "SELECT count(*) FROM audit_event WHERE what = 'picture.seen'"
    assert await world.value(seen) == 1


async def test_without_video_nothing_waits_for_a_person(world, pictures):
    await world.open()
    await capture(world, pictures, jpeg=None)
    assert await pictures.next() is None
    assert await world.value("SELECT verdict FROM look LIMIT 1") == "no_video"


async def test_a_held_look_is_not_cancelled_by_a_pause_nor_captured_again(
    world, pictures
):
    first, _ = await studied(world, pictures)
    sitting = await world.value("SELECT sitting_id FROM sitting")
    await world.sittings.pause(world.student, sitting)
    world.clock.forward(3_600)
    assert await world.looks.claim_due() == []
    assert await world.looks.give_up() == 0
    await pictures.compare(world.student, first.look, Verdict.MATCH)


@pytest.mark.parametrize("seed", range(4))
async def test_the_same_days_give_the_same_hours_by_machine_and_by_person(
    database, pictures, seed
):
    """A random day, lived twice: what counts is the same to the second."""
    by_machine, by_person = await build_world(database), await build_world(database)
    pictures = pictures_on(by_person)
    chance = random.Random(seed)
    day = [(chance.randrange(30, 590, 3), chance.random() < 0.3) for _ in range(6)]
    held = []
    for world in (by_machine, by_person):
        await world.open()
        await judge(world, pictures, held)
        for seconds, rests in day:
            await world.study(seconds)
            await world.due_at_once("interval")
            await judge(world, pictures, held)
            if rests:
                sitting = await open_sitting(world)
                await world.sittings.pause(world.student, sitting)
                world.clock.forward(600)
                await world.sittings.resume(world.student, sitting)
                await judge(world, pictures, held)
        await world.end(await open_sitting(world))
    for look in held:
        await pictures.compare(by_person.student, look, Verdict.MATCH)
    assert await confirmed(by_person) == await confirmed(by_machine)
    assert await confirmed(by_machine) >= sum(seconds for seconds, _ in day)


async def judge(world, pictures, held) -> None:
    for lease in await world.looks.claim_due():
        world.clock.forward(1)
        if world.desk is pictures._desk:
            await pictures.hold(lease.look, lease.attempt, JPEG)
            held.append(lease.look)
        else:
            await world.record(lease, Verdict.MATCH)


async def open_sitting(world):
    return await world.value(
        "SELECT sitting_id FROM sitting WHERE account_id = $1", world.student
    )


async def confirmed(world) -> float:
    return await world.value(
        """SELECT sum(extract(epoch FROM ended_at - started_at))::float8 FROM stretch
           WHERE account_id = $1 AND state = 'confirmed'""",
        world.student,
    )


async def withdraw_camera(world, standing=False):
    async with world.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO consent (consent_id, account_id, purpose, version, given_at,
                   given_on, withdrawn_at, stands)
               VALUES (gen_random_uuid(), $1, 'camera', 1, now(), 'a test',
                   CASE WHEN $2 THEN NULL ELSE now() END, $2)""",
            world.student,
            standing,
        )


@pytest.mark.parametrize("standing", [True, False], ids=["stands", "withdrawn"])
async def test_pictures_go_with_the_consent_to_the_camera(world, pictures, standing):
    first, _ = await studied(world, pictures)
    await withdraw_camera(world, standing)
    await pictures.forget_withdrawn()
    await pictures.forget_withdrawn()
    kept = 2 if standing else 0
    assert await world.value("SELECT count(*) FROM look_picture") == kept
    assert await pictures.count() == kept
    keys = await world.value("SELECT count(*) FROM data_key")
    assert keys == (1 if standing else 0)
    if not standing:
        with pytest.raises(NoSuchPicture):
            await pictures.compare(world.student, first.look, Verdict.MATCH)


async def test_no_picture_is_kept_in_clear_or_opens_for_another_look(world, pictures):
    first, second = await studied(world, pictures)
    sealed = await world.value("SELECT sealed FROM look_picture LIMIT 1")
    assert JPEG not in sealed
    assert await pictures.picture(world.student, first.look) == JPEG
    async with world.db.transaction() as tx:
        await tx.execute(
            """UPDATE look_picture SET sealed = (SELECT sealed FROM look_picture
                   WHERE look_id = $1) WHERE look_id = $2""",
            first.look,
            second.look,
        )
    with pytest.raises(NoSuchPicture):
        await pictures.picture(world.student, second.look)
