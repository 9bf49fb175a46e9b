from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.booking.domain import letters
from app.booking.domain.letters import Told
from app.kernel.money import Money

TOLD = Told(
    name="Asha Rao",
    module="Thinking clearly",
    centre="Hall of Records",
    address="1 Fort Road, Mumbai",
    starts_at=datetime(2026, 11, 23, 4, 30, tzinfo=UTC),
    time_zone="Asia/Kolkata",
    amount=Money(minor=50000, currency="INR"),
    receipt="R-000123",
    link="https://study.example.org/tests/seats/1",
    until=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
)
ALL = (
    letters.booked,
    letters.reseated,
    letters.money_back,
    letters.cancelled,
    letters.moved,
    letters.offered,
    letters.line_ended,
    letters.slot_cancelled,
    letters.absent,
    letters.was_there,
    letters.reminder,
)


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_every_letter_says_who_what_where_when_and_what_to_do(write):
    words = write(TOLD)
    assert words.text.startswith("Asha Rao, ")
    assert "Thinking clearly\n" in words.text
    assert "Monday, 23 November 2026, 10:00 (Asia/Kolkata)" in words.text
    assert "Hall of Records, 1 Fort Road, Mumbai" in words.text
    assert TOLD.link in words.text
    assert words.text.endswith("Module Study")
    assert len(words.subject) < 60


def test_each_kind_of_letter_has_a_name_of_its_own():
    assert len({write(TOLD).kind for write in ALL}) == len(ALL)


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_no_letter_speaks_of_nothing(write):
    text = write(replace(TOLD, amount=None, receipt=None, until=None)).text
    assert "None" not in text
    assert "  " not in text
    assert "R-" not in text
    assert " ." not in text


def test_what_was_paid_stands_beside_its_receipt():
    assert "Paid: ₹500, receipt R-000123." in letters.booked(TOLD).text


def test_a_free_test_has_nothing_to_pay():
    free = replace(TOLD, amount=Money(minor=0, currency="INR"), receipt=None)
    assert "There was nothing to pay." in letters.booked(free).text
    assert "The move cost nothing." in letters.moved(free).text


def test_what_comes_back_is_said_to_the_last_paisa():
    part = replace(TOLD, amount=Money(minor=40050, currency="INR"))
    assert "₹400.50 of receipt R-000123 comes back" in letters.cancelled(part).text
    text = letters.cancelled(part, Money(minor=50000, currency="INR")).text
    assert "Paid: ₹500\nKept: ₹99.50 (the fee for cancelling late)" in text
    assert "Returned: ₹400.50\n" in text
    nothing = replace(TOLD, amount=Money(minor=0, currency="INR"))
    assert "No money comes back." in letters.cancelled(nothing).text


def test_an_offer_says_till_when_in_the_centres_zone():
    text = letters.offered(TOLD).text
    assert "kept for you till Friday, 20 November 2026, 17:30 (Asia/Kolkata)." in text
