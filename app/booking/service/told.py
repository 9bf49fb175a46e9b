"""Letters of booking: each in the transaction of what it tells."""

from dataclasses import dataclass, replace

from app.accounts.domain.letters import Words
from app.accounts.store import people
from app.adapters.db import Tx
from app.booking.domain import letters
from app.booking.domain.letters import Told
from app.booking.domain.words import Payment, RefundReason, Seat, Slot
from app.booking.service.desk import BookingDesk
from app.booking.store import orders, telling
from app.booking.store.seats import NewSeat
from app.kernel.ids import AccountId, ModuleCode, SeatId, SlotId
from app.kernel.money import Money

RECEIPT = "R-{:06}"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose letter, of which slot; `link` is a path of our site."""

    account: AccountId
    slot: SlotId
    module: ModuleCode
    link: str


async def booked(
    tx: Tx, desk: BookingDesk, seat: Seat, paid: Payment | None, *, again: bool = False
) -> None:
    """`again`: paid after the hold was over, and seated all the same."""
    told = await told_of(tx, desk, about(seat))
    if paid is not None:
        receipt = RECEIPT.format(paid.receipt)
        told = replace(told, amount=paid.amount, receipt=receipt)
    words = letters.reseated(told) if again else letters.booked(told)
    await post(tx, desk, seat.account, words)


async def moved(tx: Tx, desk: BookingDesk, seat: Seat) -> None:
    told = await told_of(tx, desk, about(seat))
    if seat.move_order is not None:
        told = replace(told, amount=(await orders.read(tx, seat.move_order)).amount)
    await post(tx, desk, seat.account, letters.moved(told))


async def cancelled(
    tx: Tx, desk: BookingDesk, seat: Seat, paid: Money, back: Money
) -> None:
    told = await told_of(tx, desk, about(seat))
    words = letters.cancelled(replace(told, amount=back), paid)
    await post(tx, desk, seat.account, words)


async def given_back(
    tx: Tx,
    desk: BookingDesk,
    seat: Seat | None,
    payment: Payment,
    reason: RefundReason,
) -> None:
    """Money that bought nothing, and why."""
    if seat is None:
        return
    told = await told_of(tx, desk, about(seat))
    receipt = RECEIPT.format(payment.receipt)
    told = replace(told, amount=payment.amount, receipt=receipt)
    await post(tx, desk, seat.account, letters.money_back(told, reason))


async def offered(tx: Tx, desk: BookingDesk, it: NewSeat) -> None:
    told = await told_of(
        tx,
        desk,
        About(
            account=it.account,
            slot=it.wish.slot,
            module=it.wish.module,
            link=seat_path(it.seat),
        ),
    )
    await post(tx, desk, it.account, letters.offered(replace(told, until=it.until)))


async def line_ended(
    tx: Tx, desk: BookingDesk, slot: Slot, account: AccountId, module: str
) -> None:
    whom = About(
        account=account, slot=slot.slot, module=ModuleCode(module), link="/tests"
    )
    told = await told_of(tx, desk, whom)
    await post(tx, desk, account, letters.line_ended(told))


async def told_of(tx: Tx, desk: BookingDesk, it: About) -> Told:
    """What a letter says of a seat; of money, nothing yet."""
    row = await telling.place(tx, it.account, it.slot, it.module)
    return Told(
        name=row["student"],
        module=row["module"],
        centre=row["centre"],
        address=f"{row['address']}, {row['city']}",
        starts_at=row["starts_at"],
        time_zone=row["time_zone"],
        amount=None,
        receipt=None,
        link=f"{desk.house.url}{it.link}",
        until=None,
    )


def about(seat: Seat) -> About:
    return About(
        account=seat.account,
        slot=seat.slot,
        module=seat.module,
        link=seat_path(seat.seat),
    )


def seat_path(seat: SeatId) -> str:
    return f"/tests/seats/{seat}"


async def post(tx: Tx, desk: BookingDesk, account: AccountId, words: Words) -> None:
    """By e-mail, or by SMS where there is no e-mail."""
    await desk.codes.tell(tx, await people.by_id(tx, account), words)
