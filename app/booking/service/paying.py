"""From a held seat to a booked one: paying, and what money that comes in is for."""

from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from asyncpg import PostgresError

from app.adapters.db import Tx
from app.adapters.payments import Captured as TheyCaptured
from app.adapters.payments import Failed, PayPage, Provider, ProviderAway
from app.booking.domain.refusals import HoldOver, NothingToPay, PaymentsAway
from app.booking.domain.words import Captured, Order, Seat, SeatState
from app.booking.service.booking import Using, book_free, use
from app.booking.service.desk import BookingDesk, News, lock_slots, require_key
from app.booking.service.seats import lock_seat, require_fit_for
from app.booking.store import orders, seats
from app.kernel.ids import AccountId, SeatId
from app.kernel.refusals import Refusal, Unavailable

ASK_AFTER = timedelta(minutes=1)
ASK_AFTER_BOOKED = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=3)
"""What came in later than that, reconciliation shows."""
ASK_MOST = 20

log = structlog.get_logger()


class Settled(StrEnum):
    """What a payment was for."""

    BOOKED = "booked"
    GIVEN_BACK = "given_back"
    KNOWN = "known"
    NOT_OURS = "not_ours"


class Paying:
    def __init__(self, desk: BookingDesk, provider: Provider) -> None:
        self._desk = desk
        self._provider = provider

    async def begin(self, account: AccountId, key: str, seat: SeatId) -> PayPage | None:
        """Where to pay a held seat; None: nothing is to be paid, and it is booked.

        May be called again and again: one order. A closed portal stops no payment of a
        seat that is held. Raises HoldOver, HoursMissing, IncidentOpen, NothingToPay,
        NoSuchSeat or PaymentsAway.
        """
        require_key(key)
        order = await self._ready(account, seat)
        if order is None:
            return None
        if order.provider_order is None:
            order = await self._open(order)
        assert order.provider_order is not None
        return self._provider.pay_page(
            order.provider_order,
            order.amount,
            back=f"{self._desk.house.url}/payments/{self._provider.name}/return",
            cancel=f"{self._desk.house.url}/tests/seats/{seat}",
        )

    async def _ready(self, account: AccountId, seat: SeatId) -> Order | None:
        """The order to pay; None: it was free, and is booked now."""

        async def act(tx: Tx, now: datetime, news: News) -> Order | None:
            slot, it = await lock_seat(tx, seat, account)
            if it.state is SeatState.BOOKED:
                raise NothingToPay
            if it.state is not SeatState.HELD or not it.held_until or not it.to_pay:
                raise HoldOver
            if it.held_until <= now:
                raise HoldOver
            if it.replaces is None:
                await require_fit_for(tx, self._desk, account, it.module, now)
            order = await orders.read(tx, it.to_pay)
            if order.amount.minor > 0:
                return order
            await book_free(tx, self._desk, it, slot, now, news)
            return None

        return await self._desk.change(act)

    async def _open(self, order: Order) -> Order:
        """Outside any transaction: the provider may take its time."""
        try:
            name = await self._provider.open_order(
                str(order.order), order.number, order.amount
            )
        except ProviderAway as error:
            raise PaymentsAway from error
        async with self._desk.db.transaction() as tx:
            ask_at = self._desk.clock.now() + ASK_AFTER
            return await orders.name_at_provider(
                tx, order.order, self._provider.name, name, ask_at
            )

    async def settle(self, they: TheyCaptured) -> Settled:
        """Books the seat the money is for, or plans its way back. Said twice, late or
        in any order: once."""
        it = Captured(
            provider=self._provider.name,
            provider_order=they.provider_order,
            provider_payment=they.provider_payment,
            amount=they.amount,
            paid_at=they.paid_at,
        )

        async def act(tx: Tx, now: datetime, news: News) -> Settled:
            order = await orders.lock_by_provider(tx, it.provider, it.provider_order)
            if order is None:
                return Settled.NOT_OURS
            if await orders.payment_is_known(tx, it):
                return Settled.KNOWN
            seat = await self._lock_seats(tx, order)
            using = Using(order=order, captured=it, seat=seat)
            news.accounts.add(order.account)
            is_booked = await use(tx, self._desk, using, now, news)
            if is_booked:
                # Who pays twice, in two tabs, is not overlooked: only asked for later.
                await orders.ask_next(tx, order.order, now + ASK_AFTER_BOOKED)
            return Settled.BOOKED if is_booked else Settled.GIVEN_BACK

        settled = await self._desk.change(act)
        if settled is Settled.NOT_OURS:
            log.warning("payment_of_no_order", provider=it.provider)
        return settled

    async def failed(self, they: Failed) -> None:
        """For the page of the seat to say; a try that is not ours is nobody's."""

        async def act(tx: Tx, now: datetime, news: News) -> None:
            # Never later than now: their clock may run ahead of ours.
            at, name = min(they.at, now), self._provider.name
            account = await orders.note_failed(tx, name, they.provider_order, at)
            if account is not None:
                news.accounts.add(account)

        await self._desk.change(act)

    async def _lock_seats(self, tx: Tx, order: Order) -> Seat | None:
        """The seat that this order pays, with its slot and the one it leaves locked."""
        seat = await seats.newest_of_order(tx, order.order)
        if seat is None:
            return None
        wanted = {seat.slot}
        if seat.replaces is not None:
            before = await seats.read(tx, seat.replaces)
            assert before is not None
            wanted.add(before.slot)
        await lock_slots(tx, wanted)
        return await seats.read(tx, seat.seat)

    async def learn(self, provider_order: str) -> None:
        """Asks the provider what was paid for this order. Raises ProviderAway."""
        for it in await self._provider.payments_of(provider_order):
            await self.settle(it)

    async def ask_again(self) -> int:
        """Orders whose news may be lost: asks the provider; how many. One that fails
        does not stop the others."""
        async with self._desk.db.transaction() as tx:
            claimed = await orders.claim_to_ask(
                tx,
                self._desk.clock.now(),
                give_up_after=GIVE_UP_AFTER,
                most=ASK_MOST,
            )
        for order in claimed:
            try:
                if order.provider == self._provider.name and order.provider_order:
                    await self.learn(order.provider_order)
            except ProviderAway:
                log.warning("provider_away", order=str(order.order))
            except Unavailable:
                raise
            except (Refusal, PostgresError) as error:
                kind = type(error).__name__
                log.warning("order_not_asked", order=str(order.order), error=kind)
        return len(claimed)
