"""The same hours however they are cut, and nothing believed that cannot be shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.ids import AccountId, LookId, ModuleCode, SittingId
from app.kernel.sheets import plain
from app.proctoring.domain.words import Verdict
from app.proctoring.ledger.daily import changed, daily_text
from app.proctoring.ledger.domain import (
    SECOND_US,
    Correction,
    Decided,
    History,
    Look,
    ModuleHours,
    Reading,
    Standing,
    Statement,
    Stretch,
    Totals,
    exact,
    seconds_in_words,
    totals,
)
from app.proctoring.ledger.entries import entries
from app.proctoring.ledger.parts import by_day, calendar, level, split
from app.proctoring.ledger.proof import APPROVED, ASKED, Written, recompute
from app.proctoring.ledger.words import GAP, REASONS

T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
WHO, HELPER, ADMIN = (AccountId(UUID(int=n)) for n in (1, 2, 3))
BRIDGE = timedelta(minutes=30)
MODULES = [ModuleCode(it) for it in ("CEL", "SCPM", "RISK")]
ZONES = [
    *("Asia/Kolkata", "Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"),
    *("America/St_Johns", "Africa/Cairo", "America/Havana", "Pacific/Chatham"),
]
LONG = st.integers(0, 3 * 86_400 * SECOND_US)
SHORT = st.integers(0, 20 * 60 * SECOND_US)
blocks = st.tuples(
    LONG,
    st.one_of(SHORT, LONG),
    st.sampled_from([*Standing, Standing.CONFIRMED]),
    SHORT,
    st.sampled_from(MODULES),
    st.lists(st.tuples(SHORT, st.sampled_from(["a", "b", "c"])), max_size=4),
)
corrections = st.lists(
    st.tuples(
        st.sampled_from(MODULES),
        st.integers(1, 360_000),
        st.sampled_from(list(Decided)),
    ),
    max_size=4,
)
YEARS_US = 16 * 366 * 86_400 * SECOND_US
beginnings = st.integers(-YEARS_US, YEARS_US).map(lambda n: T0 + us(n))


def us(n: int) -> timedelta:
    return timedelta(microseconds=n)


def look(sitting: SittingId, asked: datetime, judged: datetime) -> Look:
    return Look(
        look=LookId(uuid4()),
        sitting=sitting,
        account=WHO,
        asked_at=asked,
        judged_at=judged,
    )


def history(begins: datetime, story, corrected=()) -> History:
    """As sittings would leave it: looks before and after whatever counts."""
    stretches, looks, readings, at = [], [], [], begins
    for number, (gap, length, state, took, module, topics) in enumerate(story, 1):
        sitting = SittingId(UUID(int=number))
        asked = at + us(gap)
        since = asked + us(took)
        till = since + us(length)
        looks.append(look(sitting, asked, since))
        stretches.append(
            Stretch(
                stretch=number,
                sitting=sitting,
                account=WHO,
                module=module,
                since=since,
                till=till,
                state=state,
                reason=GAP if state is Standing.VOID else None,
            )
        )
        reads = since - us(took // 2)
        for after, topic in topics:
            reads += us(after)
            readings.append(Reading(sitting=sitting, at=reads, topic=topic))
        at = till
        if state is Standing.CONFIRMED:
            at = till + us(took)
            looks.append(look(sitting, at, at + us(1)))
    made = tuple(correction(n, *it) for n, it in enumerate(corrected))
    return History(
        account=WHO,
        srn="ASHA001",
        stretches=tuple(stretches),
        looks=tuple(sorted(looks, key=lambda it: it.asked_at)),
        corrections=made,
        readings=tuple(readings),
        told=totals(stretches, made),
    )


def correction(number: int, module: ModuleCode, seconds: int, state: Decided):
    decided = state in (Decided.APPROVED, Decided.REFUSED)
    return Correction(
        correction=UUID(int=100 + number),
        account=WHO,
        module=module,
        seconds=seconds,
        reason="the camera broke",
        asked_by=HELPER,
        asked_as="helpdesk",
        asked_at=T0,
        state=state,
        decided_by=ADMIN if decided else None,
        decided_as="admin" if decided else None,
        decided_at=None if state is Decided.ASKED else T0,
    )


def written(found: History) -> list[Written]:
    """As the trail tells it."""
    return [
        Written(
            correction=it.correction,
            whom=WHO,
            what=what,
            by=by,
            seconds=it.seconds,
            module=it.module,
        )
        for it in found.corrections
        for what, by in ((ASKED, it.asked_by), (APPROVED, it.decided_by))
        if what == ASKED or it.state is Decided.APPROVED
    ]


def added(pieces) -> Totals:
    return sum((Totals.of(it.state, it.length_us) for it in pieces), Totals())


@settings(deadline=None)
@given(beginnings, st.lists(blocks, max_size=8), corrections, st.sampled_from(ZONES))
def test_however_it_is_cut_it_is_the_same_to_the_microsecond(
    begins, story, corrected, zone
):
    found = history(begins, story, corrected)
    dashboard = sum(found.told.values(), Totals())
    of_stretches = added(found.stretches)
    lines = entries(found.stretches, found.looks, found.readings)
    by_hand = sum(
        it.length_us
        for it in found.corrections
        if it.decided_by and it.state is Decided.APPROVED
    )
    assert added(it.stretch for it in lines) == of_stretches
    assert dashboard.confirmed_us == of_stretches.confirmed_us + by_hand
    assert dashboard.corrected_us == by_hand
    assert added(split(found.stretches, found.readings)) == of_stretches
    assert added(part for it in lines for part in it.parts) == of_stretches
    days = by_day(found.stretches, ZoneInfo(zone))
    assert sum(days.values(), Totals()) == of_stretches
    assert recompute(found, BRIDGE, written(found)) == []


@settings(deadline=None)
@given(beginnings, st.lists(blocks, min_size=1, max_size=8))
def test_every_part_lies_in_its_stretch_and_follows_the_one_before(begins, story):
    found = history(begins, story)
    for line in entries(found.stretches, found.looks, found.readings):
        at = line.stretch.since
        for part in line.parts:
            assert part.since == at
            assert part.till > part.since
            at = part.till
        assert at == line.stretch.till


def stretch(since: datetime, till: datetime, **given) -> Stretch:
    base = {"stretch": 17, "sitting": SittingId(UUID(int=1)), "account": WHO}
    base |= {"module": MODULES[0], "state": Standing.CONFIRMED}
    return Stretch(**{**base, **given}, since=since, till=till)


def test_a_stretch_over_midnight_is_split_where_the_student_has_midnight():
    till = datetime(2026, 1, 5, 19, tzinfo=UTC)
    days = by_day([stretch(T0, till)], ZoneInfo("Asia/Kolkata"))
    assert {day: it.confirmed_us // SECOND_US for day, it in days.items()} == {
        date(2026, 1, 5): 9 * 3600 + 1800,
        date(2026, 1, 6): 1800,
    }


def test_a_day_of_23_or_25_hours_has_that_many():
    zone = ZoneInfo("Europe/Berlin")
    for first, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        noon = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
        whole = stretch(noon - timedelta(days=2), noon + timedelta(days=2))
        assert by_day([whole], zone)[first].confirmed_us == hours * 3600 * SECOND_US


def test_a_topic_noted_twice_is_one_part_and_what_was_open_before_counts():
    sitting = SittingId(UUID(int=1))
    told = [(-60, "a"), (60, "a"), (120, "b"), (600, "c")]
    readings = [
        Reading(sitting=sitting, at=T0 + timedelta(seconds=at), topic=topic)
        for at, topic in told
    ]
    parts = split([stretch(T0, T0 + timedelta(seconds=600))], readings)
    assert [(it.topic, it.length_us // SECOND_US) for it in parts] == [
        ("a", 120),
        ("b", 480),
    ]


def test_every_verdict_has_its_words():
    assert set(REASONS) == {GAP, *Verdict}


def whole() -> History:
    ten = 600 * SECOND_US
    story = [(ten, ten, state, SECOND_US, MODULES[0], []) for state in Standing]
    return history(T0, story, [(MODULES[0], -60, Decided.APPROVED)])


def changed_stretch(found: History, number: int, **to) -> History:
    stretches = tuple(
        replace(it, **to) if it.stretch == number else it for it in found.stretches
    )
    return replace(
        found, stretches=stretches, told=totals(stretches, found.corrections)
    )


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("tamper", "where", "what"),
    [
        ({"till": T0 + 9 * HOUR}, "stretch 1", "no passed look closes it"),
        ({"since": T0 + 11 * HOUR}, "stretch 1", "ends before it begins"),
        ({"since": T0 - HOUR}, "stretch 1", "does not begin with a look"),
        ({"sitting": SittingId(UUID(int=9))}, "stretch 1", "does not begin"),
        ({"is_open": True}, "stretch 1", "no passed look closes it"),
        ({"state": Standing.VOID}, "stretch 1", "for no reason we know"),
        ({"reason": GAP}, "stretch 1", "has a reason to be void"),
        ({"till": T0 + HOUR}, "stretch 2", "overlaps stretch 1"),
    ],
)
def test_a_stretch_that_was_changed_is_named(tamper, where, what):
    assert recompute(whole(), BRIDGE, written(whole())) == []
    found = changed_stretch(whole(), 1, **tamper)
    problems = [str(it) for it in recompute(found, BRIDGE, written(whole()))]
    assert any(where in it and what in it for it in problems), problems


def test_a_sum_that_is_not_the_sum_is_named():
    told = {MODULES[0]: Totals(confirmed_us=1)}
    problems = recompute(replace(whole(), told=told), BRIDGE, written(whole()))
    assert [it.where for it in problems] == ["module CEL"]


def test_a_correction_that_the_trail_does_not_know_is_named():
    found = whole()
    more = (replace(found.corrections[0], seconds=-61),)
    other = replace(found, corrections=more, told=totals(found.stretches, more))
    problems = recompute(other, BRIDGE, written(found))
    assert {it.where for it in problems} == {f"correction {UUID(int=100)}"}
    gone = replace(found, corrections=(), told=totals(found.stretches))
    assert "not in force" in str(recompute(gone, BRIDGE, written(found))[0])


def test_a_correction_by_one_person_is_named():
    found = whole()
    alone = (replace(found.corrections[0], decided_by=HELPER),)
    problems = recompute(replace(found, corrections=alone), BRIDGE, written(found))
    assert "second person" in str(problems[0])


def test_time_that_waited_for_a_closed_portal_is_closed_by_a_later_look():
    looks = tuple(
        look(SittingId(UUID(int=1)), T0 + n * HOUR, T0 + n * HOUR) for n in (0, 9)
    )
    only = (stretch(T0, T0 + HOUR),)
    late = History(account=WHO, stretches=only, looks=looks, told=totals(only))
    assert "no passed look closes it" in str(recompute(late, BRIDGE)[0])
    assert recompute(replace(late, excused=frozenset({17})), BRIDGE) == []


def test_a_held_look_begins_a_stretch_and_closes_none():
    held = replace(whole().looks[0], verdict=None, held_at=T0 + HOUR, judged_at=None)
    begun = stretch(
        T0 + HOUR, T0 + 2 * HOUR, sitting=held.sitting, state=Standing.PROVISIONAL
    )
    found = History(
        account=WHO, looks=(held,), stretches=(begun,), told=totals([begun])
    )
    assert recompute(found, BRIDGE) == []
    sure = (replace(begun, state=Standing.CONFIRMED),)
    problems = recompute(replace(found, stretches=sure, told=totals(sure)), BRIDGE)
    assert "no passed look closes it" in str(problems[0])


def test_the_calendar_has_26_weeks_up_to_today():
    today = date(2026, 1, 7)
    found = calendar({today: Totals(confirmed_us=3600 * SECOND_US)}, today)
    assert len(found.squares) == 25 * 7 + 3
    assert (found.squares[-1].day, found.squares[-1].level) == (today, 2)
    assert found.squares[0].row == 0
    assert found.studied == 1


def test_levels_begin_at_any_time_and_end_at_three_hours():
    minutes = {0: 0, 1: 1, 31: 2, 91: 3, 181: 4, 900: 4}
    for there, expected in minutes.items():
        time = Totals(provisional_us=there * 60 * SECOND_US)
        assert level(time) == expected


def test_a_daily_statement_tells_the_day_and_no_other():
    found = whole()
    modules = (
        ModuleHours(
            code=MODULES[0],
            title="Laws",
            required_us=0,
            totals=found.told[MODULES[0]],
        ),
    )
    told = Statement(
        account=WHO,
        srn="ASHA001",
        name="Asha\nRao",
        time_zone="Asia/Kolkata",
        as_of=T0 + 10 * HOUR,
        entries=tuple(entries(found.stretches, found.looks, ())),
        corrections=found.corrections,
        modules=modules,
    )
    zone = ZoneInfo("Asia/Kolkata")
    assert changed(told, date(2026, 1, 5), zone)
    assert not changed(told, date(2026, 1, 6), zone)
    text = daily_text(told, date(2026, 1, 5), zone)
    assert "14:40:01 to 14:50:01  CEL  10 min 00 s  confirmed" in text
    assert "1 min 00 s taken away. the camera broke" in text
    assert "Laws: 9 min 00 s confirmed" in text
    assert "Asha Rao, ASHA001" in text


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_is_no_formula(cell):
    assert plain(cell) == f"'{cell}"
    assert plain("Asha") == "Asha"


def test_lengths_in_words_and_in_digits():
    assert seconds_in_words(4_170_999_999) == "1 h 09 min 30 s"
    assert seconds_in_words(-60 * SECOND_US) == "minus 1 min 00 s"
    assert exact(-1_000_001) == "-1.000001"
    assert exact(59) == "0.000059"
