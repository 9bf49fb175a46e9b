"""The test of a seat opens once its admit card was shown; how, an institution says."""

from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import IntegrityConstraintViolationError

from app.booking.domain.cards import card_code, card_number
from app.booking.service.papers import seals_by
from app.booking.service.sat import NotThisCard, ShowYourAdmitCard
from app.exams.domain.exams import EndedWhy, ExamState
from app.exams.domain.opening import NotOpenYet
from app.exams.domain.policy import AdmitCards, ExamsPolicy
from app.proctoring.domain.words import Verdict
from app.proctoring.service.exam_sittings import Arrival
from tests.stores.exam_world import build_exam_world

MARK = "UPDATE seat SET state = $2 WHERE seat_id = $1"
TYPED = "SELECT details::json->>'seat' FROM audit_event WHERE what = 'exam.card_typed'"


async def hall_with(database, how):
    return await build_exam_world(database, own=ExamsPolicy(admit_card=how))


HOUR = timedelta(hours=1)


@pytest.fixture
async def hall(database):
    return await hall_with(database, AdmitCards.DESK)


@pytest.fixture
async def typing(database):
    return await hall_with(database, AdmitCards.CODE)


async def code_of(hall, seat):
    ends = await hall.value(
        "SELECT ends_at FROM slot JOIN seat USING (slot_id) WHERE seat_id = $1", seat
    )
    return card_code(seat, ends, seals_by(hall.exams.house.sealer))


async def opened(hall, seat, card=None):
    arrival = Arrival(card=card)
    return await hall.sittings.open_for_seat(hall.world.student, seat, arrival)


async def test_it_opens_only_once_the_card_was_scanned_at_the_door(hall):
    seat = await hall.seat(shown=False)
    for card in (None, await code_of(hall, seat)):
        with pytest.raises(ShowYourAdmitCard):
            await opened(hall, seat, card)
    assert await hall.value("SELECT count(*) FROM exam") == 0
    assert await hall.value("SELECT count(*) FROM sitting") == 0
    await hall.run(MARK, seat, "attended")
    assert (await opened(hall, seat)).exam.state is ExamState.READY


async def test_too_early_is_said_before_the_card_is_asked_for(hall):
    seat = await hall.seat(shown=False)
    hall.forward(hours=-5)
    with pytest.raises(NotOpenYet):
        await opened(hall, seat)


async def test_a_mark_is_undone_till_the_test_has_begun_and_no_longer(hall):
    seat = await hall.seat()
    first = await hall.open(seat)
    await hall.run(MARK, seat, "booked")
    with pytest.raises(ShowYourAdmitCard):
        await opened(hall, seat)
    assert (await hall.exam(first.exam.exam)).epoch == 1
    await hall.run(MARK, seat, "attended")
    begun = await hall.begin(seat)
    for state in ("booked", "absent"):
        with pytest.raises(IntegrityConstraintViolationError):
            await hall.run(MARK, seat, state)
    again = await opened(hall, seat)
    assert again.exam.exam == begun.exam.exam
    assert again.exam.state is ExamState.RUNNING


async def test_a_test_that_runs_is_taken_up_whatever_became_of_its_seat(hall):
    seat = await hall.seat()
    begun = await hall.begin(seat)
    await hall.run("ALTER TABLE seat DISABLE TRIGGER who_began_was_there")
    await hall.run(MARK, seat, "absent")  # as of before that trigger
    again = await opened(hall, seat)
    await hall.run("ALTER TABLE seat ENABLE TRIGGER who_began_was_there")
    assert (again.exam.exam, again.exam.epoch) == (begun.exam.exam, 2)


async def test_no_test_begins_whose_seat_was_given_back_meanwhile(hall):
    seat = await hall.seat()
    hall.forward(minutes=-10)
    opened_ = await hall.open(seat)
    await hall.run(MARK, seat, "booked")
    await hall.run("UPDATE seat SET free_until = $1", hall.clock.now() + HOUR)
    await hall.booking.changing.cancel(hall.world.student, uuid4().hex, seat)
    await hall.world.look(Verdict.MATCH)
    it = await hall.exam(opened_.exam.exam)
    assert (it.state, it.ended_why) == (ExamState.ENDED, EndedWhy.NEVER_BEGUN)
    assert it.started_at is None
    assert await hall.value("SELECT state FROM sitting") == "ended"
    assert await hall.booking.state(seat) == "cancelled"


async def test_where_it_may_be_typed_the_right_number_marks_the_seat(typing):
    seat = await typing.seat(shown=False)
    number = card_number(await code_of(typing, seat))
    with pytest.raises(ShowYourAdmitCard):
        await opened(typing, seat)
    for wrong in ("", number[:-1], number[::-1], "x" * 60, "\N{SUPERSCRIPT TWO}"):
        with pytest.raises(NotThisCard):
            await opened(typing, seat, wrong)
    assert await typing.booking.state(seat) == "booked"
    async with typing.world.desk.bell.listen() as rings:
        await opened(typing, seat, f" {number.lower().replace('-', ' ')} ")
        heard = await rings.take(within_s=0, or_all_every_s=5)
    assert f"seats:{typing.world.student}" in heard.topics
    assert any(topic.startswith("slots:") for topic in heard.topics)
    assert await typing.booking.state(seat) == "attended"
    assert await typing.value(TYPED) == str(seat)
    await opened(typing, seat)


async def test_where_it_may_be_typed_the_door_marks_too(typing):
    seat = await typing.seat()
    await opened(typing, seat)
    assert await typing.value(TYPED) is None


async def test_where_there_is_no_desk_nobody_asks_for_it(database):
    hall = await hall_with(database, AdmitCards.NONE)
    await opened(hall, await hall.seat(shown=False))
