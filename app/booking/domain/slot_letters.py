"""What we write when a slot is changed by us."""

from datetime import datetime

from app.accounts.domain.letters import SIGNED, Words
from app.booking.domain.letters import Told, day_and_time

FREE = "If it does not suit you, you can move or cancel it free of charge till {till}. "


def moved_time(told: Told, before: datetime) -> Words:
    """`told` has the new time."""
    return _letter(
        told,
        "test_slot_changed",
        "Your test has another time",
        "we had to move your test to another time, and are sorry for it.\n\n"
        f"It was: {day_and_time(before, told.time_zone)}\n"
        f"It is now: {told.when}\n\n{told.module}\n{told.centre}, {told.address}\n\n"
        f"Your seat is kept, and you pay nothing more. {_free(told)}The times of an "
        "earlier admit card or calendar entry are wrong now. The new ones are here:"
        f"\n\n{told.link}",
    )


def line_moved(told: Told, before: datetime) -> Words:
    """To who waits in line; `told` has the new time."""
    was = day_and_time(before, told.time_zone)
    place = f"{told.module}\n{told.centre}, {told.address}"
    return _line(told, "has another time", "time", was, f"{told.when}\n\n{place}")


def moved_place(told: Told, before: str) -> Words:
    """`told` has the new address."""
    return _letter(
        told,
        "test_slot_changed",
        "Your test is at another address",
        "your test takes place at another address.\n\n"
        f"It was: {before}\nIt is now: {told.centre}, {told.address}\n\n{told.module}"
        f"\n{told.when}\n\nYour seat and the time are kept, and you pay nothing more. "
        f"{_free(told)}The address on an earlier admit card or calendar entry is wrong "
        f"now. The new ones are here:\n\n{told.link}",
    )


def line_elsewhere(told: Told, before: str) -> Words:
    """To who waits in line; `told` has the new address."""
    is_now = f"{told.centre}, {told.address}\n\n{told.module}\n{told.when}"
    return _line(told, "is at another address", "address", before, is_now)


def gone(told: Told) -> Words:
    """To who held a seat that was not paid, or waited for one."""
    return _letter(
        told,
        "test_slot_gone",
        "A test you wanted to book cannot take place",
        "you held a seat of this test, were offered one or waited in line for it. It "
        f"cannot take place:\n\n{told.place}\n\nIf you paid just now, all of it comes "
        "back by itself. Please choose another test here:\n\n"
        f"{told.link}",
    )


def _line(told: Told, happened: str, what: str, was: str, is_now: str) -> Words:
    return _letter(
        told,
        "test_line_moved",
        f"A test you wait for {happened}",
        f"a test that you wait for in line {happened}.\n\nIt was: {was}\n"
        f"It is now: {is_now}\n\nYour place in line is kept, and you have paid "
        f"nothing. Does the new {what} not suit you? Leave the line, or wait in "
        f"another, here:\n\n{told.link}",
    )


def _free(told: Told) -> str:
    if told.until is None:
        return ""
    return FREE.format(till=day_and_time(told.until, told.time_zone))


def _letter(told: Told, kind: str, subject: str, text: str) -> Words:
    return Words(kind=kind, subject=subject, text=f"{told.name}, {text}{SIGNED}")
