"""Helping people in: what staff may see and do. Every act is in the trail.

The helpdesk acts on students, admins on everybody, nobody on themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts.domain import letters
from app.accounts.domain.people import Identity, Person, Role, State, normalise_srn
from app.accounts.service.codes import Codes
from app.accounts.service.factors import Factors, Overview
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.people import NoSuchPerson
from app.accounts.service.requests import ReasonNeeded
from app.accounts.service.roles import LastAdmin
from app.accounts.store import attempts, consents, factors, logins, people
from app.accounts.store import staff as store
from app.accounts.store.logins import OpenLogin
from app.accounts.store.staff import Found
from app.adapters.audit import Act
from app.adapters.audit.chain import Event
from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict, Forbidden

FOUND_MOST = 50
SEARCH_MAX = 100


class NotYours(Forbidden):
    """The helpdesk looks after students. Ask an admin."""


class NotYourself(Forbidden):
    """Nobody does this to their own account. Ask a colleague."""


class ActivatedAlready(Conflict):
    """This account is active already, or closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that staff see of a person: never a password, a code or a secret."""

    person: Person
    locks: Sequence[Row]
    logins: Sequence[OpenLogin]
    letters: Sequence[Row]
    factors: Overview
    events: Sequence[Event]
    names: dict[UUID, str]
    checking: Row | None


class Helpdesk:
    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse
        self._codes = Codes(gatehouse)
        self._factors = Factors(gatehouse)

    async def find(self, by: Identity, text: str, after: str = "") -> list[Found]:
        """At most 50, in the order of SRNs."""
        async with self._house.db.connection() as tx:
            return await store.search(
                tx,
                text.strip()[:SEARCH_MAX],
                students_only=by.role is not Role.ADMIN,
                after=normalise_srn(after),
                limit=FOUND_MOST,
            )

    async def card(self, by: Identity, account: AccountId) -> Card:
        """Raises NoSuchPerson or NotYours."""
        async with self._house.db.connection() as tx:
            person = await self._person(tx, by, account)
            now = self._house.clock.now()
            events = await self._house.trail.recent(tx, whom=account, limit=30)
            actors = [event.by for event in events if event.by]
            return Card(
                person=person,
                locks=await store.locks_of(tx, account, now),
                logins=await logins.of_account(tx, account),
                letters=await self._house.outbox.about(tx, account),
                factors=await self._factors.overview(account),
                events=events,
                names=await store.names_of(tx, actors),
                checking=await consents.checking_of(tx, account),
            )

    async def show_contacts(self, by: Identity, account: AccountId) -> Person:
        """In full; the trail has who looked."""
        async with self._house.db.transaction() as tx:
            person = await self._person(tx, by, account)
            await self._write(tx, by, "contact.seen", account)
        return person

    async def unlock(self, by: Identity, account: AccountId) -> None:
        async with self._house.db.transaction() as tx:
            await self._person(tx, by, account)
            count = await attempts.delete_scopes_of(tx, account)
            await self._write(tx, by, "account.unlocked", account, count=count)

    async def resend_activation(self, by: Identity, account: AccountId) -> None:
        """A letter that says how to begin. Raises ActivatedAlready."""
        async with self._house.db.transaction() as tx:
            person = await self._person(tx, by, account)
            if person.state is not State.INVITED:
                raise ActivatedAlready
            words = letters.approved(person.srn, f"{self._house.url}/activate")
            await self._codes.tell(tx, person, words)
            await self._write(tx, by, "activation.resent", account)

    async def end_logins(self, by: Identity, account: AccountId) -> None:
        """All of them, and every device is new again."""
        async with self._house.db.transaction() as tx:
            await self._person(tx, by, account)
            count = await logins.delete_all(tx, account)
            await logins.forget_devices(tx, account)
            await self._write(tx, by, "login.all_ended", account, count=count)

    async def remove_factors(
        self, by: Identity, account: AccountId, reason: str
    ) -> None:
        """After the person was recognised; `reason` says how. The owner is told."""
        if not 1 <= len(reason.strip()) <= 500:
            raise ReasonNeeded
        async with self._house.db.transaction() as tx:
            person = await self._person(tx, by, account)
            await factors.delete_totp(tx, account)
            await factors.delete_recovery(tx, account)
            await factors.delete_passkeys(tx, account)
            await logins.delete_all(tx, account)
            await logins.forget_devices(tx, account)
            words = letters.factor_changed("Your second factors were removed")
            await self._codes.tell(tx, person, words)
            await self._write(tx, by, "factor.all_removed", account, why=reason.strip())

    async def set_closed(
        self, by: Identity, account: AccountId, *, closed: bool
    ) -> None:
        """Closed: all logins end. Raises LastAdmin."""
        async with self._house.db.transaction() as tx:
            admins = await store.lock_admins(tx)
            person = await self._person(tx, by, account)
            if closed and person.role is Role.ADMIN and admins < 2:
                raise LastAdmin
            await store.set_closed(tx, account, closed=closed)
            if closed:
                await logins.delete_all(tx, account)
            what = "account.closed" if closed else "account.reopened"
            await self._write(tx, by, what, account)

    async def _person(self, tx: Tx, by: Identity, account: AccountId) -> Person:
        person = await people.by_id(tx, account)
        if person is None:
            raise NoSuchPerson
        if person.account == by.account:
            raise NotYourself
        if by.role is not Role.ADMIN and person.role is not Role.STUDENT:
            raise NotYours
        return person

    async def _write(
        self,
        tx: Tx,
        by: Identity,
        what: str,
        whom: AccountId,
        **details: str | int,
    ) -> None:
        now: datetime = self._house.clock.now()
        act = Act(at=now, by=by.account, what=what, whom=whom, details=details)
        await self._house.trail.write(tx, act)
