"""Gives money back: asks the provider until it is done, or refused for good."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from app.accounts.store import people
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.payments import Provider, ProviderAway, RefundIs, RefundRefused
from app.booking.domain import refund_letters
from app.booking.domain import refunds as domain
from app.booking.domain.refunds import (
    Change,
    NoSuchRefund,
    NotRefused,
    OtherProvider,
    Refund,
    RefundState,
)
from app.booking.service.desk import BookingDesk, News
from app.booking.service.told import RECEIPT, seat_path
from app.booking.store import refunds as store
from app.booking.store import seats
from app.kernel.ids import AccountId, RefundId

LEASE = timedelta(seconds=60)
WITHIN_S = 50
"""Of one refund, shorter than its lease: nobody sends what is being sent."""
AT_ONCE = 5

log = structlog.get_logger()


class Refunds:
    def __init__(self, desk: BookingDesk, provider: Provider) -> None:
        self._desk = desk
        self._provider = provider

    async def run(self) -> int:
        """Carries out what is due; how many. May run in many processes, and be killed
        at any moment: what was sent is looked for before it is sent again."""
        async with self._desk.db.transaction() as tx:
            now = self._desk.clock.now()
            claimed = await store.claim(
                tx, self._provider.name, now, lease_until=now + LEASE, most=AT_ONCE
            )
        async with asyncio.TaskGroup() as group:
            for it in claimed:
                group.create_task(self._carry_out(it))
        return len(claimed)

    async def heard(self, they: RefundIs) -> None:
        """A message of the provider; may come twice, late and in any order."""
        refund = await self._find(they)
        if refund is None:
            log.info("refund_not_ours", provider=self._provider.name)
            return
        news = _news(they)
        await self._note(refund, lambda it: domain.after(it, news), they)

    async def try_again(self, by: AccountId, refund: RefundId) -> None:
        """As another refund, for the provider; what was said of the earlier one stays.

        Raises NoSuchRefund, NotRefused or OtherProvider.
        """

        async def act(tx: Tx, it: Refund, now: datetime) -> None:
            if it.provider != self._provider.name:
                raise OtherProvider
            if it.state is not RefundState.REFUSED:
                raise NotRefused
            await store.try_again(tx, refund, now)

        await self._by_hand(by, refund, "refund.tried_again", act)

    async def settle_by_hand(self, by: AccountId, refund: RefundId, how: str) -> None:
        """A person has given it back another way. Raises NoSuchRefund or NotRefused."""

        async def act(tx: Tx, it: Refund, now: datetime) -> None:
            ours = it.provider == self._provider.name
            if it.state is RefundState.DONE:
                raise NotRefused
            if ours and it.state is not RefundState.REFUSED and not it.is_stuck(now):
                raise NotRefused
            change = Change(
                state=RefundState.DONE,
                provider_refund=None,  # That one moved no money; the trail names it.
                said=how[: domain.SAID_MOST],
            )
            await store.save(tx, refund, change, now, now)
            await self._write_to(tx, it, refund_letters.by_hand)

        await self._by_hand(by, refund, "refund.settled_by_hand", act)

    async def _carry_out(self, it: Refund) -> None:
        """Never raises: what failed is due again, later and later."""
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._ask(it)
            return
        except ProviderAway:
            log.info("refund_put_off", refund=str(it.refund), attempts=it.attempts)
        except Exception as error:
            kind = type(error).__name__
            log.warning("refund_failed", refund=str(it.refund), error=kind)
        try:
            await self._put_off(it)
        except Exception as error:
            # The lease ends by itself.
            kind = type(error).__name__
            log.warning("refund_failed", refund=str(it.refund), error=kind)

    async def _ask(self, it: Refund) -> None:
        """Outside any transaction. Raises ProviderAway."""
        try:
            they = await self._look(it)
            if they is None:
                they = await self._provider.refund(
                    it.name, it.provider_payment, it.amount.minor
                )
        except RefundRefused as error:
            why = str(error)
            await self._note(it.refund, lambda now: _refused(now, it, why))
            return
        news = _news(they)
        if not await self._note(
            it.refund, lambda now: domain.after(now, news, asked=True), they
        ):
            await self._put_off(it)

    async def _look(self, it: Refund) -> RefundIs | None:
        """What the provider knows of it; None: nothing. Raises ProviderAway."""
        ask = self._provider.refund_is
        if it.state is RefundState.SENT:
            found = await ask(it.name, it.provider_payment, it.provider_refund)
            if found is None:
                raise ProviderAway
            return found
        if it.attempts == it.tries == 1:
            return None
        for number in range(it.tries, 0, -1):
            name = domain.name_of(it.refund, number)
            found = await ask(name, it.provider_payment, None)
            if found is not None and (number == it.tries or found.refused is None):
                return found
        return None

    async def _put_off(self, it: Refund) -> None:
        due_at = self._desk.clock.now() + domain.pause(it.attempts)
        async with self._desk.db.transaction() as tx:
            await store.put_off(tx, it.refund, due_at)

    async def _note(
        self,
        refund: RefundId,
        decide: Callable[[Refund], Change | None],
        they: RefundIs | None = None,
    ) -> bool:
        """Whether it is another refund now than before."""

        async def act(tx: Tx, now: datetime, news: News) -> bool:
            it = await store.lock(tx, refund)
            change = decide(it) if it else None
            if it is None or change is None:
                _tell_of_what_is_odd(it, they)
                return False
            await store.save(tx, refund, change, now, now + domain.pause(it.attempts))
            news.accounts.add(it.account)
            if domain.is_on_its_way(it.state, change):
                await self._write_to(tx, it, refund_letters.on_its_way)
            elif change.state is RefundState.REFUSED:
                await self._write_to(tx, it, refund_letters.refused)
            return True

        return await self._desk.change(act)

    async def _write_to(self, tx: Tx, it: Refund, say: refund_letters.WordsOf) -> None:
        person = await people.by_id(tx, it.account)
        seat = await seats.newest_of_order(tx, it.order)
        link = f"{self._desk.house.url}{seat_path(seat.seat) if seat else '/tests'}"
        name, receipt = person.name if person else "", RECEIPT.format(it.receipt)
        words = say(name, it.amount, receipt, link)
        await self._desk.codes.tell(tx, person, words)

    async def _by_hand(
        self,
        by: AccountId,
        refund: RefundId,
        what: str,
        act: Callable[[Tx, Refund, datetime], Awaitable[None]],
    ) -> None:
        async def in_transaction(tx: Tx, now: datetime, news: News) -> None:
            it = await store.lock(tx, refund)
            if it is None:
                raise NoSuchRefund
            await act(tx, it, now)
            news.accounts.add(it.account)
            # What the provider had said, before this act.
            before = {
                "refund": str(refund),
                "tries": str(it.tries),
                "provider_refund": it.provider_refund or "",
                "said": it.said or "",
            }
            done = Act(at=now, by=by, what=what, whom=it.account, details=before)
            await self._desk.house.trail.write(tx, done)

        await self._desk.change(in_transaction)

    async def _find(self, they: RefundIs) -> RefundId | None:
        """By our name of it, or else by theirs: on the payment that it is of."""
        known = domain.read_name(they.notes.get("refund", ""))
        async with self._desk.db.transaction() as tx:
            if known is not None:
                it = await store.lock(tx, known[0])
                ours = it is not None and it.provider == self._provider.name
                if it and ours and it.provider_payment == they.provider_payment:
                    return it.refund
            return await store.find(
                tx, self._provider.name, they.provider_payment, they.provider_refund
            )


def _news(they: RefundIs) -> domain.News:
    return domain.News(
        name=they.notes.get("refund"),
        provider_refund=they.provider_refund,
        amount_minor=they.amount_minor,
        done=they.done,
        refused=they.refused,
    )


def _refused(now: Refund, asked: Refund, why: str) -> Change | None:
    """The answer to a try that is still the one under way."""
    under_way = now.state in (RefundState.ASKED, RefundState.SENT)
    return domain.refused(now, why) if under_way and now.tries == asked.tries else None


def _tell_of_what_is_odd(it: Refund | None, they: RefundIs | None) -> None:
    """What no rule of ours changes, and a person has to look at."""
    if it is None or they is None:
        return
    if they.amount_minor != it.amount.minor:
        log.warning("refund_differs", refund=str(it.refund))
    elif it.state is RefundState.DONE and they.refused:
        log.warning("refund_reversed", refund=str(it.refund))
