"""The provider's books beside ours."""

from app.booking.domain.reconciling import Entry, Kind, Wrong, compare
from app.kernel.money import Money


def rupees(minor: int) -> Money:
    return Money(minor=minor, currency="INR")


def payment(name="pay_1", minor=100, **other) -> Entry:
    return Entry(kind=Kind.PAYMENT, name=name, amount=rupees(minor), **other)


def refund(name="rfnd_1", minor=100, **other) -> Entry:
    return Entry(kind=Kind.REFUND, name=name, amount=rupees(minor), **other)


def wrongs(here, there):
    return [it.wrong for it in compare(here, there).differences]


def test_the_same_books_differ_in_nothing():
    books = [payment(), payment("pay_2", 7), refund()]
    found = compare(books, reversed(books))
    assert (found.differences, found.checked) == ([], 3)
    assert compare([], []).checked == 0


def test_what_is_missing_is_named_with_its_amount():
    [it] = compare([], [payment(minor=5)]).differences
    assert (it.wrong, it.name, it.here) == (Wrong.MISSING_HERE, "pay_1", None)
    assert it.there == rupees(5)
    [it] = compare([refund()], []).differences
    assert (it.kind, it.wrong, it.there) == (Kind.REFUND, Wrong.MISSING_THERE, None)


def test_another_amount_or_currency_is_a_difference():
    assert wrongs([payment()], [payment(minor=101)]) == [Wrong.OTHER_AMOUNT]
    dollars = Entry(
        kind=Kind.PAYMENT, name="pay_1", amount=Money(minor=100, currency="USD")
    )
    assert wrongs([payment()], [dollars]) == [Wrong.OTHER_AMOUNT]


def test_a_payment_and_a_refund_of_one_name_are_two_things():
    found = wrongs([payment("x")], [refund("x")])
    assert sorted(found) == [Wrong.MISSING_HERE, Wrong.MISSING_THERE]


def test_a_refusal_in_both_books_is_no_difference():
    failed = refund(moves=False)
    assert wrongs([failed], [failed]) == []
    assert wrongs([], [failed]) == []
    assert wrongs([failed], []) == []


def test_money_that_moved_only_in_one_of_them_is_a_difference():
    assert wrongs([refund()], [refund(moves=False)]) == [Wrong.OTHER_STATE]
    assert wrongs([refund(moves=False)], [refund()]) == [Wrong.OTHER_STATE]
