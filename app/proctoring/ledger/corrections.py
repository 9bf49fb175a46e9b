"""Corrections: one of the staff asks, another decides, the student is told."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from asyncpg import CheckViolationError, ForeignKeyViolationError

from app.accounts.domain.people import Identity, Person, Role
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.people import NoSuchPerson
from app.accounts.store import people
from app.adapters.audit import Act
from app.adapters.bell import Bell
from app.adapters.db import Tx
from app.kernel.ids import AccountId, ModuleCode
from app.kernel.refusals import Conflict, Forbidden, NotFound, Refusal
from app.kernel.scripts import is_printable
from app.proctoring.ledger import corrections_store as store
from app.proctoring.ledger.corrections_store import Waiting
from app.proctoring.ledger.domain import Correction, Decided
from app.proctoring.ledger.proof import APPROVED, ASKED
from app.proctoring.ledger.store import modules
from app.proctoring.ledger.words import corrected
from app.proctoring.service.desk import WALL, topic_of

ASK = frozenset({Role.HELPDESK, Role.ADMIN, Role.PROCTOR})
DECIDE = frozenset({Role.HELPDESK, Role.ADMIN})
MINUTES_MAX = 6_000
REASON_MIN, REASON_MAX = 10, 500
SHOWN = 100


class NoSuchCorrection(NotFound):
    """This correction was decided meanwhile, by you or by a colleague."""


class SecondPerson(Forbidden):
    """Nobody decides on their own correction. Ask a colleague."""


class NotTheAsker(Forbidden):
    """Only who asked for a correction takes it back."""


class OnlyStudents(Forbidden):
    """Only students have hours."""


class NotYourRole(Forbidden):
    """Corrections are asked and decided by the staff."""


class BadCorrection(Refusal):
    """Give minutes other than 0, at most 6000 either way, and one of the modules."""


class NoSuchStretch(Refusal):
    """This stretch is not one of this student and module."""


class SayWhy(Refusal):
    """Please write a reason of 10 to 500 characters: the student reads it."""


class WaitsAlready(Conflict):
    """The same correction waits to be decided already."""


class LessThanNothing(Conflict):
    """More would be taken away than is confirmed of this module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """As it was typed: minutes to add, or less than 0 to take away."""

    module: str
    minutes: int
    reason: str
    stretch: int | None = None


class Corrections:
    def __init__(self, house: Gatehouse, bell: Bell) -> None:
        self._house = house
        self._bell = bell
        self._codes = Codes(house)

    async def ask(self, by: Identity, account: AccountId, asked: Asked) -> UUID:
        """Changes nothing until another person approves it."""
        reason = " ".join(asked.reason.split())
        if by.role not in ASK:
            raise NotYourRole
        if not 0 < abs(asked.minutes) <= MINUTES_MAX:
            raise BadCorrection
        if not REASON_MIN <= len(reason) <= REASON_MAX or not is_printable(reason):
            raise SayWhy
        it = Correction(
            correction=uuid4(),
            account=account,
            module=ModuleCode(asked.module),
            seconds=asked.minutes * 60,
            reason=reason,
            stretch=asked.stretch,
            asked_by=by.account,
            asked_as=by.role,
            asked_at=self._house.clock.now(),
        )
        try:
            async with self._house.db.transaction() as tx:
                await self._insert(tx, by, it)
        except ForeignKeyViolationError as error:
            raise NoSuchStretch from error
        return it.correction

    async def _insert(self, tx: Tx, by: Identity, it: Correction) -> None:
        await self._student(tx, it.account)
        if it.module not in {row.code for row in await modules(tx)}:
            raise BadCorrection
        if not await store.insert(tx, it):
            raise WaitsAlready
        await self._write(tx, by, ASKED, it)

    async def approve(self, by: Identity, correction: UUID) -> None:
        """It counts from now on, and the student is told. Raises LessThanNothing."""
        try:
            async with self._house.db.transaction() as tx:
                it = await self._decide(tx, by, correction, Decided.APPROVED)
                titles = {row.code: row.title for row in await modules(tx)}
                words = corrected(it, titles[it.module])
                person = await self._student(tx, it.account)
                await self._codes.tell(tx, person, words)
                await self._write(tx, by, APPROVED, it)
        except CheckViolationError as error:
            if error.constraint_name == "hours_stay_above_zero":
                raise LessThanNothing from error
            raise
        await self._bell.ring([topic_of(it.account), WALL])

    async def refuse(self, by: Identity, correction: UUID) -> None:
        """Nothing changes for the student."""
        async with self._house.db.transaction() as tx:
            it = await self._decide(tx, by, correction, Decided.REFUSED)
            await self._write(tx, by, "correction.refused", it)

    async def withdraw(self, by: Identity, correction: UUID) -> None:
        """By who asked."""
        async with self._house.db.transaction() as tx:
            it = await self._asked(tx, correction)
            if it.asked_by != by.account:
                raise NotTheAsker
            now = self._house.clock.now()
            await store.decide(tx, correction, Decided.WITHDRAWN, None, now)
            await self._write(tx, by, "correction.withdrawn", it)

    async def waiting(self) -> list[Waiting]:
        """The oldest first."""
        async with self._house.db.connection() as tx:
            return await store.waiting(tx, SHOWN)

    async def count(self) -> int:
        async with self._house.db.connection() as tx:
            return await store.count_waiting(tx)

    async def modules(self) -> list[tuple[str, str]]:
        """Codes and titles, for the form."""
        async with self._house.db.connection() as tx:
            return [(row.code, row.title) for row in await modules(tx)]

    async def whose(self, account: AccountId) -> Person:
        """Raises NoSuchPerson or OnlyStudents."""
        async with self._house.db.connection() as tx:
            return await self._student(tx, account)

    async def _decide(
        self, tx: Tx, by: Identity, correction: UUID, state: Decided
    ) -> Correction:
        it = await self._asked(tx, correction)
        if by.role not in DECIDE:
            raise NotYourRole
        if by.account in (it.asked_by, it.account):
            raise SecondPerson
        now = self._house.clock.now()
        who = (by.account, str(by.role))
        await store.decide(tx, correction, state, who, now)
        decided = await store.lock(tx, correction)
        assert decided is not None
        return decided

    async def _asked(self, tx: Tx, correction: UUID) -> Correction:
        it = await store.lock(tx, correction)
        if it is None or it.state is not Decided.ASKED:
            raise NoSuchCorrection
        return it

    async def _student(self, tx: Tx, account: AccountId) -> Person:
        person = await people.by_id(tx, account)
        if person is None:
            raise NoSuchPerson
        if person.role is not Role.STUDENT:
            raise OnlyStudents
        return person

    async def _write(self, tx: Tx, by: Identity, what: str, it: Correction) -> None:
        details: dict[str, str | int | bool] = {
            "correction": str(it.correction),
            "module": it.module,
            "seconds": it.seconds,
        }
        if it.stretch is not None:
            details["stretch"] = it.stretch
        act = Act(
            at=self._house.clock.now(),
            by=by.account,
            what=what,
            whom=it.account,
            details=details,
        )
        await self._house.trail.write(tx, act)
