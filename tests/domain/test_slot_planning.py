"""Patterns and sheets of slots: right on the centre's clock, or refused by name."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booking.domain.centres import (
    Centre,
    CentreDraft,
    fee_of,
    is_zone,
    require_centre,
)
from app.booking.domain.local_times import at, local_day, local_time, local_times
from app.booking.domain.planning import (
    Pattern,
    Seating,
    Span,
    slots_of,
    sort_out,
)
from app.booking.domain.planning_refusals import (
    BadCentre,
    BadLocalTime,
    BadPattern,
    NoSuchLocalTime,
    TooManySlots,
)
from app.booking.domain.slot_sheet import COLUMNS, EXAMPLE, Known, read_sheet
from app.kernel.ids import CentreId
from app.kernel.money import Money

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
INDIA, BERLIN = "Asia/Kolkata", "Europe/Berlin"
SEATING = Seating(
    minutes=120,
    capacity=40,
    accessible=2,
    opens_days=30,
    closes_hours=24,
    modules=None,
)


def pattern(**changes) -> Pattern:
    given = {
        "first": date(2026, 3, 16),
        "last": date(2026, 3, 22),
        "weekdays": frozenset({0, 2}),
        "times": (time(9), time(14)),
        "seating": SEATING,
    }
    return Pattern(**{**given, **changes})


def seating(**changes) -> Seating:
    kept = {name: getattr(SEATING, name) for name in Seating.__slots__}
    return Seating(**{**kept, **changes})


def centre(**changes) -> CentreDraft:
    given = {
        "code": "KOCHI1",
        "name": "Institute",
        "city": "Kochi",
        "address": "1 Main Road",
        "time_zone": INDIA,
        "capacity": 50,
        "accessible": 4,
        "fee": None,
    }
    return CentreDraft(**{**given, **changes})


def known(**changes) -> Known:
    it = Centre(
        centre=CentreId(UUID(int=1)),
        it=centre(**changes),
        closed_at=None,
        slots=0,
        seats=0,
    )
    modules = frozenset({"CEL", "SCPM"})
    return Known(centres={it.it.code: it}, modules=modules, now=NOW)


def test_a_pattern_names_its_weekdays_and_times():
    made = slots_of(pattern(), INDIA, NOW)
    assert [(it.day, it.span.starts_at) for it in made] == [
        (date(2026, 3, 16), datetime(2026, 3, 16, 3, 30, tzinfo=UTC)),
        (date(2026, 3, 16), datetime(2026, 3, 16, 8, 30, tzinfo=UTC)),
        (date(2026, 3, 18), datetime(2026, 3, 18, 3, 30, tzinfo=UTC)),
        (date(2026, 3, 18), datetime(2026, 3, 18, 8, 30, tzinfo=UTC)),
    ]
    first = made[0]
    assert first.span.ends_at == first.span.starts_at + timedelta(hours=2)
    assert first.closes_at == first.span.starts_at - timedelta(hours=24)


def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change():
    # Berlin goes forward on 29 March 2026.
    days = {"first": date(2026, 3, 27), "last": date(2026, 3, 30)}
    every = frozenset(range(7))
    made = slots_of(pattern(**days, weekdays=every, times=(time(9),)), BERLIN, NOW)
    there = ZoneInfo(BERLIN)
    assert {it.span.starts_at.astimezone(there).time() for it in made} == {time(9)}
    assert [it.span.starts_at.hour for it in made] == [8, 8, 7, 7]
    assert {it.opens_at.astimezone(there).time() for it in made} == {time(9)}


def test_a_time_that_the_clock_skips_is_refused_with_its_day():
    days = {"first": date(2026, 3, 28), "last": date(2026, 3, 30)}
    every = frozenset(range(7))
    with pytest.raises(NoSuchLocalTime, match="Sunday, 29 March 2026"):
        slots_of(pattern(**days, weekdays=every, times=(time(2, 30),)), BERLIN, NOW)
    # The control: a day later there is such a time.
    days["first"] = date(2026, 3, 30)
    assert slots_of(pattern(**days, weekdays=every, times=(time(2, 30),)), BERLIN, NOW)


def test_a_time_that_the_clock_shows_twice_is_the_first():
    assert at(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last": date(2026, 3, 1)}, "before the first"),
        ({"last": date(2030, 3, 1)}, "two years"),
        ({"weekdays": frozenset()}, "weekday"),
        ({"times": ()}, "times of day"),
        ({"weekdays": frozenset({0}), "first": date(2026, 3, 17)}, "None of these"),
        ({"seating": seating(minutes=0)}, "12 hours"),
        ({"seating": seating(accessible=41)}, "accessible"),
        ({"seating": seating(opens_days=0)}, "opens 1 to 365"),
        ({"seating": seating(opens_days=1, closes_hours=30)}, "before it opens"),
        ({"first": date(2026, 1, 5), "last": date(2026, 1, 12)}, "is past"),
    ],
)
def test_a_pattern_without_sense_is_refused_with_a_reason(changes, words):
    with pytest.raises(BadPattern, match=words):
        slots_of(pattern(**changes), INDIA, NOW)


def test_a_thousand_slots_are_the_most():
    every = {"weekdays": frozenset(range(7)), "first": date(2026, 4, 1)}
    days = {"last": date(2027, 8, 13), **every}
    assert len(slots_of(pattern(**days), INDIA, NOW)) == 1000
    with pytest.raises(TooManySlots):
        slots_of(pattern(**{**days, "last": date(2027, 8, 14)}), INDIA, NOW)


def test_what_is_there_already_is_skipped_and_what_overlaps_is_named():
    made = slots_of(pattern(), INDIA, NOW)
    other = Span(
        starts_at=made[1].span.starts_at + timedelta(hours=1),
        ends_at=made[1].span.ends_at + timedelta(hours=1),
    )
    found = sort_out(made, [made[0].span, other])
    assert found.there == [made[0]]
    assert found.clashes == [(made[1], other)]
    assert found.made == made[2:]


def test_slots_of_one_pattern_overlap_too():
    times = (time(9), time(10))
    found = sort_out(slots_of(pattern(times=times), INDIA, NOW), [])
    assert len(found.made) == 2
    assert len(found.clashes) == 2


spans = st.tuples(st.integers(0, 300), st.integers(1, 40)).map(
    lambda it: Span(
        starts_at=NOW + timedelta(hours=it[0]),
        ends_at=NOW + timedelta(hours=it[0] + it[1]),
    )
)


@given(st.lists(spans, max_size=30), st.lists(spans, max_size=10))
def test_what_is_made_never_overlaps(wanted, before):
    there: list[Span] = []
    for it in before:
        if not any(it.meets(other) for other in there):
            there.append(it)
    example = slots_of(pattern(), INDIA, NOW)[0]
    drafts = [
        type(example)(
            day=NOW.date(),
            span=it,
            opens_at=NOW,
            closes_at=it.starts_at,
            capacity=1,
            accessible=0,
            modules=None,
        )
        for it in wanted
    ]
    found = sort_out(drafts, there)
    every = [*there, *(it.span for it in found.made)]
    assert not any(a.meets(b) for n, a in enumerate(every) for b in every[:n])
    assert len(found.made) + len(found.there) + len(found.clashes) == len(wanted)
    assert all(it.span.meets(other) for it, other in found.clashes)


# --- what people write ------------------------------------------------------------


def test_times_are_read_as_people_write_them():
    assert local_times("9:00, 14:30;18:00 09:00") == (time(9), time(14, 30), time(18))
    for wrong in ("24:00", "9", "09:60", "09:00+05:30", "=1+1", ""):
        with pytest.raises(BadLocalTime):
            local_time(wrong)
    for wrong in ("30.11.2026", "1999-01-01", "9999-12-31", ""):
        with pytest.raises(BadLocalTime):
            local_day(wrong)


def test_a_fee_is_read_exactly_in_the_digits_of_its_currency():
    assert fee_of("82.50", "aed") == Money(minor=8250, currency="AED")
    assert fee_of("1.005", "KWD") == Money(minor=1005, currency="KWD")
    assert fee_of("900", "JPY") == Money(minor=900, currency="JPY")
    assert fee_of("", "") is None
    for wrong in (("9.5", "JPY"), ("1.001", "EUR"), ("-1", "EUR"), ("1e9", "EUR")):
        with pytest.raises(BadCentre):
            fee_of(*wrong)
    for wrong in (("5", ""), ("", "EUR"), ("5", "EURO")):
        with pytest.raises(BadCentre):
            fee_of(*wrong)


def test_zones_are_those_of_the_list():
    assert is_zone("Asia/Kolkata")
    assert is_zone("UTC")
    for wrong in ("IST", "Asia/Nowhere", "Asia", "../../etc/passwd", "", "a\0/b"):
        assert not is_zone(wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "kochi"},
        {"code": "K"},
        {"name": ""},
        {"address": "x" * 301},
        {"city": "a\nb"},
        {"time_zone": "Mars/Base"},
        {"capacity": 0},
        {"accessible": 51},
    ],
)
def test_a_centre_without_sense_is_refused(changes):
    require_centre(centre())
    with pytest.raises(BadCentre):
        require_centre(centre(**changes))


# --- sheets -----------------------------------------------------------------------

HEADER = "centre,date,start,end,capacity,accessible,opens_days,closes_hours,modules\n"


def told(text: str) -> list[tuple[int, str, str]]:
    sheet = read_sheet(text.encode(), known())
    return [(it.line, it.column, it.code) for it in sheet.problems]


def test_the_example_of_the_page_is_right():
    sheet = read_sheet(EXAMPLE.encode(), known())
    assert sheet.problems == []
    first, second = sheet.slots["KOCHI1"]
    assert (first.capacity, first.accessible, first.modules) == (40, 2, None)
    assert (second.capacity, second.accessible) == (50, 4)
    assert second.modules == ("CEL", "SCPM")
    assert second.line == 3


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("NOWHERE,2026-04-01,09:00,11:00,,,,,", "centre"),
        ("KOCHI1,1.4.2026,09:00,11:00,,,,,", "date"),
        ("KOCHI1,2026-04-01,nine,11:00,,,,,", "start"),
        ("KOCHI1,2026-04-01,09:00,25:00,,,,,", "end"),
        ("KOCHI1,2026-04-01,09:00,08:00,,,,,", "end"),
        ("KOCHI1,2026-04-01,09:00,11:00,=1+1,,,,", "capacity"),
        ("KOCHI1,2026-04-01,09:00,11:00,51,,,,", "capacity"),
        ("KOCHI1,2026-04-01,09:00,11:00,,x,,,", "accessible"),
        ("KOCHI1,2026-04-01,09:00,11:00,,,-3,,", "opens_days"),
        ("KOCHI1,2026-04-01,09:00,11:00,,,,@SUM(A1),", "closes_hours"),
        ("KOCHI1,2026-04-01,09:00,11:00,,,,,=CMD()", "modules"),
        ("KOCHI1,2026-02-01,09:00,11:00,,,,,", "start"),
    ],
)
def test_each_problem_is_named_by_line_and_column(line, column):
    fine = "KOCHI1,2026-05-01,09:00,11:00,,,,,\n"
    found = told(HEADER + fine + line + "\n")
    assert [(it[0], it[1]) for it in found] == [(3, column)]


def test_a_file_that_is_no_sheet_is_refused_calmly():
    assert [it[1] for it in told("")] == ["centre", "date", "start", "end"]
    assert told(HEADER + '"open')[0][2] == "broken"
    sheet = read_sheet(b"centre,date\n\xff", known())
    assert sheet.problems[0].code == "not_utf8"
    assert read_sheet(b"x" * 600_000, known()).problems[0].code == "too_large"
    many = HEADER + "KOCHI1,2026-05-01,09:00,11:00,,,,,\n" * 1001
    assert told(many)[0][:2] == (1002, "file")


def test_a_sheet_of_a_spreadsheet_program_is_read():
    text = "\ufeffDate;Centre;Note;Start;End\r\n2026-05-01;kochi1;x;9:00;11:00\r\n"
    sheet = read_sheet(text.encode(), known())
    assert (len(sheet.slots["KOCHI1"]), sheet.ignored) == (1, ["note"])


cells = st.text(max_size=12) | st.sampled_from(
    ["KOCHI1", "2026-05-01", "09:00", "11:00", "10", "CEL", "=1+1", "٣", "1e5"]
)


@given(st.lists(st.lists(cells, max_size=len(COLUMNS)), max_size=6))
def test_whatever_a_sheet_says_every_line_is_a_slot_or_a_problem(rows):
    text = HEADER + "\n".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )
    sheet = read_sheet(text.encode("utf-8", "surrogatepass"), known())
    kept = [it for them in sheet.slots.values() for it in them]
    named = {it.line for it in sheet.problems}
    assert not named & {it.line for it in kept}
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(kept) + len(named) >= min(1, len(filled))
    for it in kept:
        assert it.span.starts_at < it.span.ends_at
        assert it.opens_at < it.closes_at <= it.span.starts_at
