"""Extra time: granted and ended by an admin, with a reason."""

from app.accounts.domain.people import Identity, Person, Role
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.people import NoSuchPerson
from app.accounts.store import people
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.exams.domain.results import reason_of
from app.exams.store import accommodations as store
from app.exams.store.accommodations import Accommodation
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict, Forbidden, Refusal

PERCENT_MAX = 200


class OnlyStudentsSit(Forbidden):
    """Only students sit tests."""


class BadExtra(Refusal):
    """Give extra time of 1 to 200 percent."""


class NoneGranted(Conflict):
    """No extra time is granted."""


class Accommodations:
    def __init__(self, house: Gatehouse) -> None:
        self._house = house

    async def of(self, account: AccountId) -> tuple[Person, Accommodation | None]:
        """Raises NoSuchPerson or OnlyStudentsSit."""
        async with self._house.db.connection() as tx:
            return await self._student(tx, account), await store.read(tx, account)

    async def grant(
        self, by: Identity, account: AccountId, extra_percent: int, why: str
    ) -> None:
        """For papers drawn from now on. Raises BadExtra or SayWhy."""
        if not 1 <= extra_percent <= PERCENT_MAX:
            raise BadExtra
        it = Accommodation(
            extra_percent=extra_percent,
            reason=reason_of(why),
            granted_by=by.account,
            granted_at=self._house.clock.now(),
        )
        async with self._house.db.transaction() as tx:
            await self._student(tx, account)
            await store.save(tx, account, it)
            # Why is about somebody's health: it stays out of the trail.
            await self._write(tx, by, "accommodation.granted", account, extra_percent)

    async def end(self, by: Identity, account: AccountId) -> None:
        """Raises NoneGranted."""
        async with self._house.db.transaction() as tx:
            await self._student(tx, account)
            if not await store.end(tx, account):
                raise NoneGranted
            await self._write(tx, by, "accommodation.ended", account, 0)

    async def _student(self, tx: Tx, account: AccountId) -> Person:
        person = await people.by_id(tx, account)
        if person is None:
            raise NoSuchPerson
        if person.role is not Role.STUDENT:
            raise OnlyStudentsSit
        return person

    async def _write(
        self, tx: Tx, by: Identity, what: str, account: AccountId, percent: int
    ) -> None:
        act = Act(
            at=self._house.clock.now(),
            by=by.account,
            what=what,
            whom=account,
            details={"extra_percent": percent},
        )
        await self._house.trail.write(tx, act)
