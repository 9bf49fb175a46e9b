from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from app.booking.domain.calendar import Entry, escaped, folded, ics
from tests.calendars import read_calendar, unescaped, unfolded

AT = datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=5, minutes=30)))
ENTRY = Entry(
    uid="T-000123@study.example.org",
    sequence=2,
    cancelled=False,
    starts_at=AT,
    ends_at=AT + timedelta(hours=3),
    changed_at=AT - timedelta(days=9),
    made_at=AT - timedelta(days=8),
    summary="Test: Thinking, clearly; and \\ more",
    description="Bring the admit card.\nAnd a document.",
    location="Hall of Records, 1 Fort Road, Mumbai",
    url="https://study.example.org/tests/seats/1",
    organizer="noreply@study.example.org",
)
WRITABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


def event_of(entry: Entry):
    calendar = read_calendar(ics(entry))
    return calendar, calendar.parts[0].values


def test_an_entry_says_what_when_and_where_in_utc():
    calendar, event = event_of(ENTRY)
    assert calendar.values["METHOD"] == "PUBLISH"
    assert event["UID"] == ENTRY.uid
    assert event["SEQUENCE"] == "2"
    assert event["DTSTART"] == "20261123T043000Z"
    assert event["DTEND"] == "20261123T073000Z"
    assert event["SUMMARY"] == ENTRY.summary
    assert event["DESCRIPTION"] == ENTRY.description
    assert event["LOCATION"] == ENTRY.location
    assert event["STATUS"] == "CONFIRMED"


def test_it_reminds_a_day_and_two_hours_before():
    calendar, _ = event_of(ENTRY)
    alarms = [it.values["TRIGGER"] for it in calendar.parts[0].parts]
    assert alarms == ["-P1D", "-PT2H"]


def test_a_cancelled_test_leaves_the_calendar_without_alarms():
    calendar, event = event_of(replace(ENTRY, cancelled=True, sequence=3))
    assert calendar.values["METHOD"] == "CANCEL"
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == "3"
    assert calendar.parts[0].parts == []


@given(WRITABLE)
def test_any_text_folds_and_unfolds(text):
    assert unfolded(folded(f"SUMMARY:{text}")) == [f"SUMMARY:{text}"]


@given(st.text())
def test_any_text_is_read_back_as_it_was_but_for_signs_that_may_not_stand(text):
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(it for it in unix if it in "\n\t" or it.isprintable() or it > "\x9f")
    read = unescaped(escaped(text))
    plain = "".join(it for it in kept if not "\ud800" <= it <= "\udfff")
    controls = "".join(chr(code) for code in range(0x80, 0xA0))
    assert read.translate({ord(it): None for it in controls}) == plain


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_a_calendar(summary, description, location):
    texts = {"summary": summary, "description": description, "location": location}
    _, event = event_of(replace(ENTRY, **texts))
    assert event["UID"] == ENTRY.uid


def test_the_reader_of_these_tests_refuses_what_is_wrong():
    """The control."""
    good = ics(ENTRY)
    for was, becomes in (
        (b"\r\n", b"\n"),
        (b"\\,", b","),
        (b"END:VEVENT", b"END:VALARM"),
        (b"DTSTART:20261123T043000Z", b"DTSTART:20261123T043000"),
    ):
        try:
            read_calendar(good.replace(was, becomes))
        except AssertionError:
            continue
        raise RuntimeError(was)


def test_the_moment_it_was_made_is_utc():
    assert (
        event_of(ENTRY)[1]["DTSTAMP"]
        == f"{ENTRY.made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    )
