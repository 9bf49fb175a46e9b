"""What news of a refund changes, in whatever order it comes."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from app.booking.domain.refunds import (
    Change,
    News,
    Refund,
    RefundState,
    after,
    is_on_its_way,
    name_of,
    pause,
    read_name,
    refused,
)
from app.kernel.ids import AccountId, OrderId, RefundId
from app.kernel.money import Money

ID = RefundId(uuid4())
STATES = RefundState


def refund(state=STATES.ASKED, **other) -> Refund:
    given = {
        "refund": ID,
        "order": OrderId(uuid4()),
        "account": AccountId(uuid4()),
        "receipt": 1,
        "provider": "till",
        "provider_payment": "pay_1",
        "provider_refund": None,
        "amount": Money(minor=100, currency="INR"),
        "state": state,
        "tries": 1,
        "attempts": 1,
        "said": None,
    }
    return Refund(**{**given, **other})


def news(**other) -> News:
    given = {
        "name": str(ID),
        "provider_refund": "rfnd_1",
        "amount_minor": 100,
        "done": False,
        "refused": None,
    }
    return News(**{**given, **other})


def told(it: Refund, *said: News) -> RefundState:
    for one in said:
        change = after(it, one)
        if change:
            it = refund(
                change.state, provider_refund=change.provider_refund, said=change.said
            )
    return it.state


PENDING, DONE, FAILED = news(), news(done=True), news(refused="no")


@pytest.mark.parametrize(
    "order", list(permutations([PENDING, DONE, FAILED, DONE, PENDING]))
)
def test_what_is_done_stays_done_in_any_order(order):
    assert told(refund(), *order) is STATES.DONE


def test_a_late_word_of_sending_does_not_bring_back_what_was_refused():
    assert told(refund(), PENDING) is STATES.SENT  # the control
    assert told(refund(), FAILED, PENDING) is STATES.REFUSED
    assert told(refund(), PENDING, FAILED) is STATES.REFUSED


def test_another_amount_changes_nothing():
    assert after(refund(), news(done=True, amount_minor=99)) is None


def test_a_failure_of_an_earlier_try_does_not_end_this_one():
    again = refund(tries=2)
    assert after(again, FAILED) is None
    assert after(again, PENDING) is None
    assert after(again, news(name=f"{ID}-2", refused="no")).state is STATES.REFUSED
    # That it was carried out after all ends it, whichever try it was.
    assert after(again, DONE).state is STATES.DONE


def test_what_we_asked_for_counts_even_of_an_earlier_try():
    assert after(refund(tries=2), PENDING, asked=True).state is STATES.SENT


def test_news_without_our_name_counts_by_theirs():
    sent = refund(STATES.SENT, provider_refund="rfnd_1")
    nameless = news(name=None, refused="no")
    assert after(sent, nameless).state is STATES.REFUSED
    other = news(name=None, refused="no", provider_refund="rfnd_2")
    assert after(sent, other) is None


def test_the_words_of_earlier_tries_stay():
    change = refused(refund(said="too old", provider_refund="rfnd_0"), "no balance")
    assert change.said == "too old; no balance"
    assert change.provider_refund == "rfnd_0"


def test_the_student_is_told_once_that_it_is_on_its_way():
    def moves(before, to):
        change = Change(state=to, provider_refund="r", said=None)
        return is_on_its_way(before, change)

    assert moves(STATES.ASKED, STATES.SENT)
    assert moves(STATES.ASKED, STATES.DONE)
    assert moves(STATES.REFUSED, STATES.DONE)
    assert not moves(STATES.SENT, STATES.DONE)
    assert not moves(STATES.ASKED, STATES.REFUSED)


@pytest.mark.parametrize("tries", [1, 2, 17])
def test_a_name_is_read_back(tries):
    assert read_name(name_of(ID, tries)) == (ID, tries)
    assert len(name_of(ID, tries)) <= 40


@pytest.mark.parametrize(
    "name", ["", "x", f"{ID}-0", f"{ID}-1234", f"{ID} ", f"{ID}-", str(ID).upper()]
)
def test_what_is_no_name_of_ours_is_none(name):
    assert read_name(name) is None


def test_pauses_double_up_to_an_hour():
    seconds = [pause(attempts).total_seconds() for attempts in range(1, 13)]
    assert seconds[:4] == [5, 10, 20, 40]
    assert seconds[-1] == 3600
    assert pause(10**6) == timedelta(hours=1)
