"""Whatever happens, all sums of hours are the same; what is tampered with is named."""

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.domain.people import Role
from app.adapters import db
from app.adapters.signing import Signer
from app.proctoring.domain.words import Verdict
from app.proctoring.ledger.corrections import (
    LessThanNothing,
    NoSuchCorrection,
    NoSuchStretch,
    NotTheAsker,
    NotYourRole,
    OnlyStudents,
    SayWhy,
    SecondPerson,
    WaitsAlready,
)
from app.proctoring.ledger.domain import SECOND_US, Standing
from app.proctoring.ledger.mailing import NoAddress
from app.proctoring.ledger.sheet import is_genuine
from tests.stores.ledger_world import SECRET, build_books, identity, new_books
from tests.stores.test_ways_in_machine import machine_url
from tests.stores.world import MODULE, finding

__all__ = ["machine_url"]
KINDS = [
    *["look"] * 5,
    *["study"] * 4,
    *["glance"] * 4,
    *["fail", "fail", "hold", "hold", "compare", "compare"],
    *["open", "other", "pause", "resume", "away", "finish", "read", "add", "take"],
]
SEEN = [
    *[Verdict.MATCH] * 5,
    *[Verdict.MISMATCH, Verdict.NO_FACE, Verdict.DARK, Verdict.SYSTEM_UNAVAILABLE],
]
acts = st.tuples(st.sampled_from(KINDS), st.integers(1, 110), st.sampled_from(SEEN))


@pytest.fixture
async def books(world):
    return await build_books(world)


async def agree(books) -> None:
    """Dashboard, wall, statement, parts, days and the verifier, to the microsecond."""
    told = await books.ledger.statement(books.world.student)
    lines, parts, days = await books.sums()
    assert lines == parts == days == told.overall
    shown = await books.shown()
    for module in told.modules:
        its = module.totals
        assert shown.pop(module.code) == (its.confirmed_us, its.provisional_us)
    assert set(shown.values()) <= {(0, 0)}
    wall = (await books.world.states.wall([""]))[""]
    by_module = {it.code: it.totals for it in told.modules}
    for it in wall["sittings"]:
        if it["srn"] == told.srn and it["module"] in by_module:
            us = round(it["confirmed_s"] * 1e6)
            assert us == by_module[it["module"]].confirmed_us
    assert await books.problems() == []


@pytest.mark.usefixtures("template_database")
def test_any_history_adds_up_everywhere_and_verifies(machine_url):
    """Each story is a student of its own, through the real services."""
    seen: set[Standing] = set()

    async def live(opened, story) -> None:
        books = await new_books(opened)
        for act in [("open", 1, Verdict.MATCH), ("look", 1, Verdict.MATCH), *story]:
            await books.play(*act)
        await agree(books)
        told = await books.ledger.statement(books.world.student)
        seen.update(it.stretch.state for it in told.entries)
        await books.end()
        await agree(books)

    @settings(
        max_examples=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(acts, min_size=4, max_size=18))
    def stories(story) -> None:
        runner.run(live(opened, story))

    with asyncio.Runner() as runner:
        opened = runner.run(db.connect(machine_url, size=4))
        try:
            stories()
        finally:
            runner.run(opened.close())
    assert seen == set(Standing)


async def studied(books) -> None:
    """Ten minutes confirmed, two void, one provisional."""
    world = books.world
    await world.open()
    await world.look()
    await world.study(600)
    await world.due_at_once("interval")
    await world.look()
    await world.study(120)
    await world.due_at_once("interval")
    for _ in range(4):
        await world.look(Verdict.NO_FACE)
        world.clock.forward(20)
    await world.look()
    await world.study(60)


TAMPERING = {
    "longer": "UPDATE stretch SET ended_at = ended_at + interval '1 hour' WHERE {0}",
    "earlier": "UPDATE stretch SET started_at = started_at - interval '1 s' WHERE {0}",
    "void counts": """UPDATE stretch SET state = 'confirmed', void_reason = NULL
        WHERE state = 'void'""",
    "provisional counts": """UPDATE stretch SET state = 'confirmed',
        ended_at = started_at + interval '50 s' WHERE state = 'provisional'""",
    "no look": "UPDATE look SET verdict = 'dark' WHERE verdict = 'match'",
    "a reason of its own": "UPDATE stretch SET void_reason = 'x' WHERE state = 'void'",
}


@pytest.mark.parametrize("how", TAMPERING)
async def test_a_row_that_was_tampered_with_is_named(books, how):
    await studied(books)
    assert await books.problems() == []
    first = "stretch_id = (SELECT min(stretch_id) FROM stretch)"
    async with books.world.db.transaction() as tx:
        await tx.execute("ALTER TABLE stretch DISABLE TRIGGER USER")
        await tx.execute("ALTER TABLE look DISABLE TRIGGER USER")
        await tx.execute("ALTER TABLE stretch DROP CONSTRAINT no_second_counted_twice")
        await tx.execute(TAMPERING[how].format(first))
        ids = await tx.fetch("SELECT stretch_id FROM stretch")
    problems = " ".join(await books.problems())
    assert any(f"stretch {row['stretch_id']}:" in problems for row in ids), problems


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE correction SET seconds = 7200",
        "UPDATE correction SET decided_by = (SELECT account_id FROM account WHERE "
        "role = 'proctor')",
        "DELETE FROM correction",
    ],
)
async def test_a_correction_never_changes_and_tampering_is_named(books, change):
    one = await books.correct(30)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        async with books.world.db.transaction() as tx:
            await tx.execute(change)
    async with books.world.db.transaction() as tx:
        await tx.execute("ALTER TABLE correction DISABLE TRIGGER USER")
        await tx.execute(change)
    assert f"correction {one}" in " ".join(await books.problems())


async def test_a_correction_without_a_trail_is_named(books):
    async with books.world.db.transaction() as tx:
        await tx.execute("ALTER TABLE correction DISABLE TRIGGER USER")
        await tx.execute(
            """INSERT INTO correction VALUES (gen_random_uuid(), $1, 'M1', 3600,
                   'because I can', NULL, $2, 'helpdesk', now(), 'approved', $3,
                   'admin', now())""",
            books.world.student,
            books.staff[Role.HELPDESK].account,
            books.staff[Role.ADMIN].account,
        )
    assert "the trail does not say the same" in " ".join(await books.problems())


# --- two people -------------------------------------------------------------------


async def test_a_correction_counts_once_a_second_person_approves(books):
    one = await books.ask(30, reason="  the camera\n of the hall broke ")
    assert (await books.shown())[MODULE] == (0, 0)
    [waiting] = await books.corrections.waiting()
    assert waiting.correction.reason == "the camera of the hall broke"
    await books.corrections.approve(books.staff[Role.ADMIN], one)
    assert (await books.shown())[MODULE] == (1800 * SECOND_US, 0)
    assert await books.corrections.waiting() == []
    words = books.box.letters[-1].text
    assert "30 min 00 s were added to your confirmed time of Module" in words
    assert "asked by the helpdesk, approved by an admin" in words.lower()
    [told] = (await books.ledger.statement(books.world.student)).corrections
    assert (told.asked_as, told.decided_as) == ("helpdesk", "admin")
    assert await books.problems() == []
    with pytest.raises(NoSuchCorrection):
        await books.corrections.approve(books.staff[Role.ADMIN], one)


async def test_nobody_approves_what_they_asked_nor_who_may_not(books):
    one = await books.ask(30, by=Role.ADMIN)
    with pytest.raises(SecondPerson):
        await books.corrections.approve(books.staff[Role.ADMIN], one)
    for role in (Role.PROCTOR, Role.STUDENT):
        with pytest.raises(NotYourRole):
            await books.corrections.approve(books.staff[role], one)
    with pytest.raises(NotYourRole):
        await books.ask(30, by=Role.STUDENT)
    assert await books.shown() == {MODULE: (0, 0), "M2": (0, 0)}


async def test_the_schema_itself_wants_two_people(books):
    one = await books.ask(30)
    helper = books.staff[Role.HELPDESK].account
    for by in (helper, books.world.student):
        with pytest.raises(asyncpg.CheckViolationError):
            async with books.world.db.transaction() as tx:
                await tx.execute(
                    """UPDATE correction SET state = 'approved', decided_by = $2,
                           decided_as = 'admin', decided_at = asked_at
                       WHERE correction_id = $1""",
                    one,
                    by,
                )
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        async with books.world.db.transaction() as tx:
            await tx.execute(
                """INSERT INTO correction SELECT gen_random_uuid(), account_id,
                       module_code, 60, reason, NULL, asked_by, asked_as, asked_at,
                       'approved', $1, 'admin', asked_at FROM correction""",
                books.staff[Role.ADMIN].account,
            )


async def test_of_many_who_take_away_at_once_none_takes_more_than_there_is(books):
    await books.correct(60)
    taken = [await books.ask(-25, reason=f"counted twice, {n}") for n in (1,)]
    taken += [await books.ask(-minutes) for minutes in (26, 27, 28)]
    admin = books.staff[Role.ADMIN]
    done = await asyncio.gather(
        *(books.corrections.approve(admin, it) for it in taken),
        return_exceptions=True,
    )
    assert sum(it is None for it in done) == 2
    assert sum(isinstance(it, LessThanNothing) for it in done) == 2
    confirmed, _ = (await books.shown())[MODULE]
    assert 0 <= confirmed < 25 * 60 * SECOND_US
    assert await books.problems() == []


async def test_refused_and_taken_back_change_nothing(books):
    first, second = await books.ask(30), await books.ask(31)
    await books.corrections.refuse(books.staff[Role.ADMIN], first)
    with pytest.raises(NotTheAsker):
        await books.corrections.withdraw(books.staff[Role.ADMIN], second)
    await books.corrections.withdraw(books.staff[Role.HELPDESK], second)
    assert (await books.shown())[MODULE] == (0, 0)
    assert books.box.letters == []
    assert (await books.ledger.statement(books.world.student)).corrections == ()
    assert await books.problems() == []


async def test_what_cannot_be_asked_is_refused_in_words(books):
    await books.ask(30)
    with pytest.raises(WaitsAlready):
        await books.ask(30)
    with pytest.raises(SayWhy):
        await books.ask(29, reason="short")
    with pytest.raises(NoSuchStretch):
        await books.ask(29, stretch=999)
    with pytest.raises(OnlyStudents):
        await books.corrections.whose(books.staff[Role.ADMIN].account)


async def test_a_correction_about_a_stretch_names_it(books):
    await studied(books)
    number = await books.world.value(
        "SELECT stretch_id FROM stretch WHERE state = 'void'"
    )
    one = await books.ask(2, stretch=number)
    await books.corrections.approve(books.staff[Role.ADMIN], one)
    [told] = (await books.ledger.statement(books.world.student)).corrections
    assert told.stretch == number


async def test_an_elective_is_kept_for_hours_that_were_granted(books):
    async with books.world.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO elective VALUES ($1, 'A', 'M1', now())", books.world.student
        )
    await books.correct(60)
    with pytest.raises(asyncpg.CheckViolationError):
        async with books.world.db.transaction() as tx:
            await tx.execute("UPDATE elective SET module_code = 'M2'")


# --- what a student sees ------------------------------------------------------------


async def test_the_history_has_the_newest_parts_with_their_titles(books):
    world = books.world
    sitting = await world.open()
    await world.look()
    for topic in ("one", "two"):
        await books.read(sitting, topic)
        await world.study(60)
    await world.due_at_once("interval")
    await world.look()
    shown = await books.ledger.history(world.student, {(MODULE, "one"): "The first"})
    assert [(it.topic, it.part.length_us // SECOND_US) for it in shown] == [
        ("two", 1),
        ("two", 60),
        ("The first", 60),
    ]
    record = await books.ledger.record(world.student, ZoneInfo("UTC"), {})
    assert record.calendar.squares[-1].level == 1
    assert len(record.history) == 3


async def test_a_statement_of_one_module_leaves_out_the_other(books):
    await studied(books)
    await books.correct(10, "M2")
    told = await books.ledger.statement(books.world.student, "M2")
    assert told.entries == ()
    assert [it.code for it in told.modules] == ["M2"]


async def test_what_waited_for_a_closed_portal_is_no_problem(books):
    world = books.world
    sitting = await world.open()
    await world.look()
    await world.study(300)
    await world.sittings.pause(world.student, sitting)
    async with world.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO portal_window (window_id, portal, announced_from,
                   closed_from, closed_till, reason, made_by)
               VALUES (gen_random_uuid(), 'learning', $2, $2,
                   $2::timestamptz + interval '6 hours',
                   'moving house', $1)""",
            books.staff[Role.ADMIN].account,
            world.clock.now(),
        )
    world.clock.forward(7 * 3600)
    await world.sittings.resume(world.student, sitting)
    await world.look()
    assert await world.seconds("confirmed") == 300
    assert await books.problems() == []
    async with world.db.transaction() as tx:
        await tx.execute("DELETE FROM portal_window")
    assert "no passed look closes it" in " ".join(await books.problems())


async def test_a_device_check_vouches_for_nothing(books):
    """Control of the same test: with a sitting to learn it would."""
    await studied(books)
    async with books.world.db.transaction() as tx:
        await tx.execute("ALTER TABLE stretch DISABLE TRIGGER USER")
        await tx.execute(
            """INSERT INTO sitting (sitting_id, account_id, state, reason, epoch,
                   opened_at, ended_at, kind)
               SELECT gen_random_uuid(), $1, 'ended', 'checked', 1, $2, $2, 'check'""",
            books.world.student,
            books.world.clock.now(),
        )
        await tx.execute(
            """INSERT INTO look (look_id, sitting_id, why, due_at, attempts, asked_at,
                   judged_at, verdict)
               SELECT gen_random_uuid(), sitting_id, 'start', opened_at, 1, opened_at,
                   opened_at, 'match' FROM sitting WHERE kind = 'check'"""
        )
        await tx.execute(TAMPERING["provisional counts"])
    assert "no passed look closes it" in " ".join(await books.problems())
    async with books.world.db.transaction() as tx:
        await tx.execute(
            "UPDATE sitting SET kind = 'exam', module_code = 'M1' WHERE kind = 'check'"
        )
    assert await books.problems() == []


# --- by mail ------------------------------------------------------------------------


@pytest.fixture
async def reader(books):
    """The student asked for daily statements, and studies at once."""
    who = identity(books.world.student, Role.STUDENT)
    with pytest.raises(NoAddress):
        await books.mailing.set_wanted(who, wanted=True)
    async with books.world.db.transaction() as tx:
        await tx.execute(
            "UPDATE account SET email = 'a@example.org' WHERE account_id = $1",
            who.account,
        )
    await books.mailing.set_wanted(who, wanted=True)
    await books.mailing.set_wanted(who, wanted=True)
    await studied(books)
    return who


async def test_each_day_comes_once_also_when_two_run_at_once(books, reader):
    assert await books.mailing.send_due() == 0  # it is not midnight yet
    books.world.clock.forward(14 * 3600)
    sent = await asyncio.gather(*(books.mailing.send_due() for _ in range(4)))
    assert sum(sent) == 1
    letter = books.box.newest("daily_statement")
    assert letter.to == "a@example.org"
    assert "10 min 00 s  confirmed" in letter.text
    assert "Nobody was seen" in letter.text
    assert is_genuine(letter.text.encode(), Signer(SECRET))
    assert is_genuine(letter.text.replace("\n", "\r\n").encode(), Signer(SECRET))
    forged = letter.text.replace("10 min", "90 min").encode()
    assert not is_genuine(forged, Signer(SECRET))
    books.world.clock.forward(86_400)
    assert await books.mailing.send_due() == 0  # nothing changed that day


async def test_late_by_days_every_day_still_comes_and_none_twice(books, reader):
    world = books.world
    world.clock.forward(86_400)
    await world.sittings.sweep()
    await world.sittings.withdraw(world.student)
    await studied(books)
    world.clock.forward(5 * 86_400)
    assert await books.mailing.send_due() == 2
    subjects = {it.subject for it in books.box.letters}
    assert subjects == {f"Your hours of {day} January 2026" for day in (5, 6)}
    async with world.db.transaction() as tx:
        await tx.execute(
            "UPDATE account SET statement_day = '2026-01-01', "
            "statement_due_at = '2026-01-02' WHERE statement_mail"
        )
    assert await books.mailing.send_due() == 0


async def test_who_wants_no_more_gets_no_more(books, reader):
    await books.mailing.set_wanted(reader, wanted=False)
    books.world.clock.forward(3 * 86_400)
    assert await books.mailing.send_due() == 0
    assert not await books.mailing.is_wanted(reader.account)


async def test_days_are_the_student_s_own(books):
    world = books.world
    world.clock.forward(9 * 3600 + 1770)  # half a minute before midnight in Kolkata
    await world.open()
    await world.look()
    await world.study(60)
    await world.due_at_once("interval")
    await world.looks.record(
        (lease := (await world.looks.claim_due())[0]).look,
        lease.attempt,
        finding(Verdict.MATCH),
    )
    days = await books.ledger.days(world.student, ZoneInfo("Asia/Kolkata"))
    assert {day: it.confirmed_us // SECOND_US for day, it in days.items()} == {
        date(2026, 1, 5): 29,
        date(2026, 1, 6): 31,
    }
