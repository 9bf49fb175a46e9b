"""Daily statements by mail: each day once, after the student's own midnight."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.accounts.domain.people import Identity, Person
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import people
from app.adapters.db import Tx
from app.adapters.signing import Signer, seal_text
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict
from app.proctoring.ledger import mailing_store as store
from app.proctoring.ledger.daily import changed, daily_text
from app.proctoring.ledger.domain import Statement
from app.proctoring.ledger.parts import DAY, begins
from app.proctoring.ledger.service import Ledger
from app.proctoring.ledger.words import daily

DAYS_MAX = 31
"""After a longer standstill, older days are on the statement page alone."""


class NoAddress(Conflict):
    """We have no e-mail address of yours. Give one under your account first."""


class Mailing:
    def __init__(self, house: Gatehouse, ledger: Ledger, signer: Signer) -> None:
        self._house = house
        self._ledger = ledger
        self._signer = signer
        self._codes = Codes(house)

    async def is_wanted(self, account: AccountId) -> bool:
        async with self._house.db.connection() as tx:
            return await store.is_wanted(tx, account)

    async def set_wanted(self, who: Identity, *, wanted: bool) -> None:
        """From today on. Said twice, it is the same. Raises NoAddress."""
        zone = ZoneInfo(who.time_zone)
        today = self._house.clock.now().astimezone(zone).date()
        async with self._house.db.transaction() as tx:
            person = await people.by_id(tx, who.account)
            if not wanted:
                await store.end(tx, who.account)
            elif person is None or not person.email:
                raise NoAddress
            else:
                tomorrow = begins(today + DAY, zone)
                await store.begin(tx, who.account, today - DAY, tomorrow)

    async def send_due(self) -> int:
        """How many letters were posted. May run twice, late or in many processes."""
        posted = 0
        while True:
            async with self._house.db.transaction() as tx:
                now = self._house.clock.now()
                due = await store.claim_due(tx, now)
                if due is None:
                    return posted
                person = await people.by_id(tx, due.account)
                assert person is not None
                posted += await self._settle(tx, person, due, now)

    async def _settle(
        self, tx: Tx, person: Person, due: store.Due, now: datetime
    ) -> int:
        zone = ZoneInfo(person.time_zone)
        today = now.astimezone(zone).date()
        statement = await self._ledger.statement_in(tx, person)
        posted, day = 0, max(due.settled + DAY, today - DAY * DAYS_MAX)
        while day < today:
            posted += await self._tell(tx, person, statement, day)
            day += DAY
        await store.settle(tx, person.account, today - DAY, begins(today + DAY, zone))
        return posted

    async def _tell(
        self, tx: Tx, person: Person, statement: Statement, day: date
    ) -> bool:
        zone, now = ZoneInfo(person.time_zone), statement.as_of
        if not changed(statement, day, zone):
            return False
        if not await store.note_sent(tx, person.account, day, now):
            return False
        sealed = seal_text(daily_text(statement, day, zone), self._signer)
        words = daily(day, sealed.decode())
        await self._codes.post(tx, words, "email", person.email, about=person.account)
        return True
