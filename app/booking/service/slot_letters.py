"""Letters to everybody of a slot, in the transaction that changes it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from app.accounts.domain.letters import Words
from app.adapters.db import Row, Tx
from app.booking.domain import letters, slot_letters
from app.booking.domain.centres import CentreDraft
from app.booking.domain.letters import Told
from app.booking.service.desk import BookingDesk
from app.booking.service.told import RECEIPT, seat_path
from app.booking.store import slot_changes as store
from app.kernel.ids import OrderId, SlotId
from app.kernel.money import Money


async def tell_of_place(
    tx: Tx,
    desk: BookingDesk,
    before: CentreDraft,
    slots: Sequence[SlotId],
    now: datetime,
) -> int:
    """Their test is at another address: to who has a seat, for whom moving and
    cancelling are free for a while, and to who waits in line."""
    await store.let_go_free(tx, slots, now)
    was = f"{before.name}, {before.address}, {before.city}"
    rows = await store.people_of(tx, slots)
    count = await _post(
        tx, desk, rows, lambda row, told: slot_letters.moved_place(told, was)
    )
    waiting = await store.people_waiting(tx, slots)
    return count + await _post(
        tx, desk, waiting, lambda row, told: slot_letters.line_elsewhere(told, was)
    )


async def tell_of_time(
    tx: Tx, desk: BookingDesk, slot: SlotId, before: datetime, now: datetime
) -> int:
    """To who has a seat."""
    await store.let_go_free(tx, [slot], now)
    rows = await store.people_of(tx, [slot])
    return await _post(
        tx, desk, rows, lambda row, told: slot_letters.moved_time(told, before)
    )


async def tell_line_of_time(
    tx: Tx, desk: BookingDesk, slot: SlotId, before: datetime
) -> int:
    """To who waits for a seat, whose place is kept."""
    waiting = await store.people_waiting(tx, [slot])
    return await _post(
        tx, desk, waiting, lambda row, told: slot_letters.line_moved(told, before)
    )


async def tell_of_end(
    tx: Tx, desk: BookingDesk, rows: Sequence[Row], given_back: Sequence[Row]
) -> None:
    """To who had a seat there, and how much of theirs comes back."""
    back = {OrderId(row["order_id"]): row for row in given_back}

    def words(row: Row, told: Told) -> Words:
        if row["state"] != "booked":
            return slot_letters.gone(_elsewhere(desk, told))
        return letters.slot_cancelled(_with_money(row, told, back))

    await _post(tx, desk, rows, words)


async def tell_waiting(tx: Tx, desk: BookingDesk, rows: Sequence[Row]) -> None:
    await _post(
        tx,
        desk,
        rows,
        lambda row, told: slot_letters.gone(_elsewhere(desk, told)),
    )


def _with_money(row: Row, told: Told, back: dict[OrderId, Row]) -> Told:
    orders = (row["order_id"], row["move_order_id"])
    paid = [back[it] for it in orders if it in back]
    if not paid:
        return told
    minor, currency = sum(it["amount_minor"] for it in paid), paid[0]["currency"]
    receipt = RECEIPT.format(paid[0]["receipt"]) if len(paid) == 1 else None
    return replace(told, amount=Money(minor=minor, currency=currency), receipt=receipt)


def _elsewhere(desk: BookingDesk, told: Told) -> Told:
    return replace(told, link=f"{desk.house.url}/tests")


async def _post(
    tx: Tx,
    desk: BookingDesk,
    rows: Sequence[Row],
    words: Callable[[Row, Told], Words],
) -> int:
    """By e-mail, or by SMS where there is no e-mail; to how many."""
    for row in rows:
        email, mobile = row["email"], row["mobile"]
        by_sms = mobile and not email
        await desk.codes.post(
            tx,
            words(row, _told(desk, row)),
            "sms" if by_sms else "email",
            mobile if by_sms else email,
            about=row["account_id"],
        )
    return len(rows)


def _told(desk: BookingDesk, row: Row) -> Told:
    path = seat_path(row["seat_id"]) if "seat_id" in row else "/tests"
    booked = row.get("state") == "booked"
    return Told(
        name=row["student"],
        module=row["module"],
        centre=row["centre"],
        address=f"{row['address']}, {row['city']}",
        starts_at=row["starts_at"],
        time_zone=row["time_zone"],
        amount=None,
        receipt=None,
        link=f"{desk.house.url}{path}",
        until=row["free_until"] if booked else None,
    )
