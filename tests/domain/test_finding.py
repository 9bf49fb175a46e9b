"""What a student may choose, is told, and does next: without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.booking.domain import finding
from app.booking.domain.finding import Offer, Own, Paid, Place, SeatShown, Span
from app.booking.domain.next_steps import Became, Next, card_of, history, money_in_words
from app.booking.domain.policy import BookingPolicy
from app.booking.domain.refusals import HoursMissing, IncidentOpen
from app.booking.domain.rules import rules_of
from app.booking.domain.words import Fitness, RefundReason, Seat, SeatState, Slot
from app.kernel.ids import AccountId, CentreId, ModuleCode, OrderId, SeatId, SlotId
from app.kernel.money import Money
from app.portals.domain import PortalClosed

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR_US = 3_600_000_000
KOCHI = CentreId(UUID(int=1))
FEE = Money(minor=50_000, currency="INR")
PLACE = Place(centre="Institute", city="Kochi", address="1 Main Road")


def offer(days: float = 10, **given: object) -> Offer:
    starts = NOW + timedelta(days=days)
    slot = Slot(
        slot=SlotId(uuid4()),
        centre=KOCHI,
        day=starts.date(),
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        opens_at=NOW - timedelta(days=1),
        closes_at=starts - timedelta(hours=1),
        modules=None,
        capacity=10,
        accessible=2,
        blocked=0,
        taken=3,
        accessible_taken=1,
        cancelled_at=None,
        time_zone="Asia/Kolkata",
        fee=None,
    )
    return Offer(slot=replace(slot, **given), place=PLACE, fee=FEE)


def seat(state: SeatState, **given: object) -> SeatShown:
    it = Seat(
        seat=SeatId(uuid4()),
        slot=SlotId(uuid4()),
        account=AccountId(UUID(int=2)),
        module=ModuleCode("CEL"),
        accessible=False,
        state=state,
        order=OrderId(uuid4()),
        move_order=None,
        replaces=None,
        moved_to=None,
        held_at=NOW,
        held_until=NOW + timedelta(minutes=10),
        booked_at=None,
        free_until=None,
    )
    shown = SeatShown(
        seat=replace(it, **{k: v for k, v in given.items() if hasattr(it, k)}),
        title="Laws",
        starts_at=NOW + timedelta(days=10),
        ends_at=NOW + timedelta(days=10, hours=2),
        time_zone="Asia/Kolkata",
        place=PLACE,
        number=1,
        fee=FEE,
        amount=FEE,
    )
    return replace(shown, **{k: v for k, v in given.items() if not hasattr(it, k)})


def own(*seats: SeatShown, confirmed_h: float = 40) -> Own:
    fit = Fitness(
        required_us=40 * HOUR_US,
        confirmed_us=int(confirmed_h * HOUR_US),
        open_incidents=0,
    )
    return Own(
        module=ModuleCode("CEL"),
        title="Laws",
        fee=FEE,
        fitness=fit,
        seats=seats,
        lines=(),
    )


# The month.


def test_a_month_is_shown_in_whole_weeks_from_monday():
    weeks = finding.weeks_of(date(2026, 12, 15))
    assert weeks[0][0] == date(2026, 11, 30)
    assert weeks[-1][-1] == date(2027, 1, 3)
    assert {len(week) for week in weeks} == {7}
    assert len(finding.weeks_of(date(2027, 2, 1))) == 4  # begins on a Monday


@pytest.mark.parametrize("month", [date(2026, m, 1) for m in range(1, 13)])
def test_every_day_of_a_month_is_in_its_weeks_once(month):
    days = [day for week in finding.weeks_of(month) for day in week]
    own_days = [day for day in days if day.month == month.month]
    assert own_days == sorted(set(own_days))
    assert own_days[-1] + timedelta(days=1) == finding.following(month)
    assert own_days[0] - timedelta(days=1) >= finding.before(month)


def test_the_page_opens_at_the_first_month_with_a_free_seat_and_never_beyond():
    span = Span(
        first=date(2026, 11, 28),
        last=date(2027, 2, 3),
        first_free=date(2026, 12, 30),
    )
    assert span.month(None) == date(2026, 12, 1)
    assert span.month(date(2020, 1, 1)) == date(2026, 11, 1)
    assert span.month(date(2099, 1, 1)) == date(2027, 2, 1)
    full = replace(span, first_free=None)
    assert full.month(None) == date(2026, 11, 1)


def test_a_day_counts_the_seats_of_its_open_slots_in_two_pools():
    later = offer(opens_at=NOW + timedelta(days=1))
    (day,) = finding.days_of([offer(), offer(), later], NOW).values()
    assert (day.free, day.accessible_free) == (10, 2)
    assert len(day.offers) == 3


def test_more_blocked_than_there_are_is_none_free():
    (day,) = finding.days_of([offer(blocked=9)], NOW).values()
    assert day.free == 0


def test_slots_of_a_centre_stand_together():
    other = CentreId(UUID(int=9))
    groups = finding.by_centre([offer(), offer(centre=other), offer()])
    assert [len(group) for group in groups] == [2, 1]


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Dubai", "Dubai time (UTC+4)"),
        ("Asia/Kolkata", "Kolkata time (UTC+5:30)"),
        ("America/New_York", "New York time (UTC\N{MINUS SIGN}5)"),
        ("UTC", "UTC time (UTC+0)"),
    ],
)
def test_a_zone_has_its_city_and_its_distance(zone, words):
    assert finding.zone_in_words(NOW, zone) == words


def test_zones_whose_clocks_agree_need_no_name():
    assert finding.same_clock(NOW, "Asia/Kolkata", "Asia/Colombo")
    assert not finding.same_clock(NOW, "Asia/Kolkata", "Asia/Dubai")


# What to do next.


def test_hours_that_are_missing_are_counted():
    card = card_of(own(confirmed_h=12.5), HoursMissing(), NOW)
    assert card.next is Next.STUDY
    assert card.words.startswith("12 h 30 min of 40 h confirmed.")


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (SeatState.HELD, Next.PAY),
        (SeatState.OFFERED, Next.TAKE),
        (SeatState.BOOKED, Next.COME),
        (SeatState.ATTENDED, Next.NOTHING),
        (SeatState.ABSENT, Next.BOOK_AGAIN),
        (SeatState.EXPIRED, Next.BOOK),
        (SeatState.CANCELLED, Next.BOOK),
    ],
)
def test_each_state_of_a_seat_has_its_next_step(state, what):
    assert card_of(own(seat(state)), None, NOW).next is what


@pytest.mark.parametrize(
    ("became", "what", "words", "went"),
    [
        (Became(), Next.NOTHING, "as soon as the test is marked", ""),
        (Became(result="held"), Next.NOTHING, "not told yet", ""),
        (Became(result="passed"), Next.NOTHING, "You have passed", "Passed"),
        (Became(result="failed"), Next.NOTHING, "did not pass", "Not passed"),
        (Became(result="failed", again=True), Next.BOOK_AGAIN, "book", "Not passed"),
        (
            Became(result="annulled", again=True),
            Next.BOOK_AGAIN,
            "neither as passed nor",
            "Annulled",
        ),
        (
            Became(result="unopened", again=True),
            Next.BOOK_AGAIN,
            "was not opened in time",
            "Not opened",
        ),
    ],
)
def test_who_was_let_in_is_told_what_became_of_it(became, what, words, went):
    card = card_of(own(seat(SeatState.ATTENDED)), None, NOW, became)
    assert (card.next, card.went) == (what, went)
    assert words in card.words


def test_who_passed_without_a_seat_books_none():
    card = card_of(own(), None, NOW, Became(result="passed"))
    assert (card.next, card.went, card.seat) == (Next.NOTHING, "Passed", None)


def test_who_missed_the_newer_of_two_seats_is_told_of_that_one():
    seats = seat(SeatState.ABSENT), seat(SeatState.ATTENDED)
    card = card_of(own(*seats), None, NOW, Became(result="failed", again=True))
    assert (card.went, card.seat) == ("Missed", seats[0])


def test_a_hold_that_is_over_asks_for_no_money():
    over = seat(SeatState.HELD, held_until=NOW)
    assert over.state(NOW) is SeatState.EXPIRED
    assert card_of(own(over), None, NOW).next is Next.BOOK
    assert history([over], NOW) == [over]


def test_a_seat_held_to_move_to_keeps_the_booking_in_sight():
    booked = seat(SeatState.BOOKED)
    to = seat(
        SeatState.HELD,
        replaces=booked.seat.seat,
        move_order=OrderId(uuid4()),
        amount=Money(minor=10_000, currency="INR"),
    )
    card = card_of(own(to, booked), None, NOW)
    assert (card.next, card.beside) == (Next.PAY, booked)
    assert "to move your test to. Pay ₹100" in card.words


def test_whatever_else_stands_in_the_way_is_said():
    assert card_of(own(), IncidentOpen(), NOW).next is Next.WAIT
    closed = card_of(own(), PortalClosed("Closed till Monday."), NOW)
    assert (closed.next, closed.words) == (Next.NOTHING, "Closed till Monday.")


# Money.


def paid(**given: object) -> Paid:
    nothing = Money(minor=0, currency="INR")
    return replace(Paid(amount=FEE, buys_seat=False, kept=nothing), **given)


def test_what_becomes_of_money_is_said_plainly():
    assert money_in_words(paid(buys_seat=True)) == ""
    late = paid(back=FEE, state="sent", reason=RefundReason.TOO_LATE)
    assert money_in_words(late).startswith(
        "The payment came after the seat was given back. ₹500 is on its way back"
    )
    done = replace(late, state="done", reason=RefundReason.CANCELLED)
    assert money_in_words(done) == "₹500 was given back."
    stuck = replace(late, state="refused")
    assert "The helpdesk settles it with you" in money_in_words(stuck)


def test_what_is_kept_is_said_beside_what_comes_back():
    fee, rest = (Money(minor=it, currency="INR") for it in (10_000, 40_000))
    both = paid(kept=fee, back=rest, state="asked", reason=RefundReason.CANCELLED)
    assert money_in_words(both).endswith("₹100 was kept as the fee.")
    assert money_in_words(paid(kept=fee)) == "₹100 was paid as a fee, and kept."


@pytest.mark.parametrize("reason", RefundReason)
@pytest.mark.parametrize("state", ["asked", "sent", "done", "refused"])
def test_every_refund_has_words(reason, state):
    assert "₹500" in money_in_words(paid(back=FEE, state=state, reason=reason))


def test_rules_promise_nothing_that_is_past():
    policy = BookingPolicy()
    starts = NOW + timedelta(days=10)
    early = rules_of(starts, FEE, NOW, policy)
    assert early.free_till == starts - timedelta(days=7)
    assert early.late_fee == Money(minor=10_000, currency="INR")
    late = rules_of(starts, FEE, starts - timedelta(days=7), policy)
    assert late.free_till is None
    assert late.late_till == starts - timedelta(hours=48)
    last = rules_of(starts, FEE, starts - timedelta(hours=48), policy)
    assert (last.free_till, last.late_till) == (None, None)
