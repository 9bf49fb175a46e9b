"""Captures that are not clearly the person of the photo: the helpdesk compares."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts.domain import letters
from app.accounts.domain.enrolment import Enrolled
from app.accounts.domain.letters import Words
from app.accounts.domain.people import Identity
from app.accounts.service.codes import Codes
from app.accounts.service.enrolments import (
    capture_of,
    decide,
    make_template,
    write,
)
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.requests import NoSuchRequest, reason_of
from app.accounts.store import enrolments as store
from app.accounts.store import people
from app.accounts.store.enrolments import Decision, Enrolment
from app.adapters.db import Tx
from app.adapters.envelopes import Purpose, Unreadable
from app.kernel.findings import Ask
from app.kernel.ids import AccountId

SHOWN = 50
WHY = "to compare by eye"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An enrolment that a person should compare."""

    enrolment: UUID
    account: AccountId
    srn: str
    name: str
    taken_at: datetime
    asks: list[Ask]


class Captures:
    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse

    async def waiting(self) -> list[Waiting]:
        """The oldest first."""
        async with self._house.db.connection() as tx:
            rows = await store.waiting(tx, SHOWN)
        return [
            Waiting(
                enrolment=row["enrolment_id"],
                account=AccountId(row["account_id"]),
                srn=row["srn"],
                name=row["name"],
                taken_at=row["taken_at"],
                asks=[Ask(ask) for ask in row["asks"]],
            )
            for row in rows
        ]

    async def count(self) -> int:
        async with self._house.db.connection() as tx:
            return await store.count_waiting(tx)

    async def see(self, by: Identity, enrolment: UUID, ask: Ask) -> bytes:
        """A capture's JPEG. Who looked at a face is in the trail first.

        Raises NoSuchRequest.
        """
        async with self._house.db.transaction() as tx:
            it = await self._waiting(tx, enrolment)
            captures = await store.captures(tx, enrolment)
            sealed = next((one.picture for one in captures if one.ask is ask), None)
            if sealed is None:
                raise NoSuchRequest
            jpeg = await self._open(tx, it, ask, sealed)
            await write(
                self._house, tx, by.account, "capture.seen", it, ask=str(ask), why=WHY
            )
        return jpeg

    async def approve(self, by: Identity, enrolment: UUID) -> None:
        """The template is made. Raises NoSuchRequest."""
        async with self._house.db.transaction() as tx:
            it = await self._waiting(tx, enrolment)
            try:
                await make_template(self._house, tx, it)
            except Unreadable:
                raise NoSuchRequest from None
            await self._decide(tx, by, it, None)

    async def refuse(self, by: Identity, enrolment: UUID, reason: str) -> None:
        """The photo alone goes on to serve; the next device check asks again.

        Raises NoSuchRequest, ReasonNeeded.
        """
        why = reason_of(reason)
        async with self._house.db.transaction() as tx:
            await self._decide(tx, by, await self._waiting(tx, enrolment), why)

    async def _decide(
        self, tx: Tx, by: Identity, it: Enrolment, why: str | None
    ) -> None:
        state = Enrolled.REFUSED if why else Enrolled.APPROVED
        now = self._house.clock.now()
        decision = Decision(state=state, at=now, by=by.account, reason=why)
        await decide(tx, it, decision)
        await self._tell(tx, it, _words(why))
        await write(self._house, tx, by.account, f"enrolment.{state}", it)

    async def _tell(self, tx: Tx, it: Enrolment, words: Words) -> None:
        person = await people.by_id(tx, it.account)
        await Codes(self._house).tell(tx, person, words)

    async def _waiting(self, tx: Tx, enrolment: UUID) -> Enrolment:
        """Locked by its template. Raises NoSuchRequest when it is decided, or gone."""
        it = await store.by_id(tx, enrolment)
        if it is None or not await store.lock_template(tx, it.account, it.pack):
            raise NoSuchRequest
        it = await store.by_id(tx, enrolment)  # as it is, now that nobody changes it
        if it is None or it.state is not Enrolled.WAITING:
            raise NoSuchRequest
        return it

    async def _open(self, tx: Tx, it: Enrolment, ask: Ask, sealed: bytes) -> bytes:
        context = capture_of(it.enrolment, ask, "picture")
        try:
            return await self._house.envelopes.open(
                tx, it.account, Purpose.TEMPLATE, sealed, context=context
            )
        except Unreadable:
            raise NoSuchRequest from None


def _words(why: str | None) -> Words:
    return letters.captures_refused(why) if why else letters.captures_approved()
