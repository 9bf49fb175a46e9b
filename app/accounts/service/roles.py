"""Staff and their roles."""

from dataclasses import dataclass
from uuid import uuid4

from app.accounts.domain import letters
from app.accounts.domain.contacts import normalise_email, normalise_mobile
from app.accounts.domain.people import STAFF, Identity, Role, normalise_srn
from app.accounts.domain.roster import NAME_MAX, SRN
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.people import NoSuchPerson
from app.accounts.store import logins, people
from app.accounts.store import staff as store
from app.accounts.store.staff import Found, NewStaff
from app.adapters.audit import Act
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict, Forbidden, Refusal
from app.kernel.scripts import is_printable


class LastAdmin(Conflict):
    """This is the last admin: make somebody else one first."""


class NumberTaken(Conflict):
    """This number belongs to an account already. Choose another."""


class BadStaff(Refusal):
    """Staff need a number of 3 to 32 letters and digits, a name, a role other than
    student, and an e-mail or mobile to activate with."""


class NotYourRole(Forbidden):
    """Nobody changes their own role. Ask a colleague."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """As it was typed."""

    srn: str
    name: str
    role: str
    email: str = ""
    mobile: str = ""


class Roles:
    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse
        self._codes = Codes(gatehouse)

    async def staff(self) -> list[Found]:
        async with self._house.db.connection() as tx:
            return await store.staff(tx)

    async def invite(self, by: AccountId | None, given: Invitation) -> str:
        """The SRN, for whoever activates it. Raises BadStaff, BadContact, NumberTaken.

        `by` None: a command line, for the first admin.
        """
        new, now = _read(given), self._house.clock.now()
        async with self._house.db.transaction() as tx:
            if not await store.insert_staff(tx, new, now):
                raise NumberTaken
            person = await people.by_id(tx, new.account)
            words = letters.approved(new.srn, f"{self._house.url}/activate")
            await self._codes.tell(tx, person, words)
            act = Act(
                at=now,
                by=by,
                what="staff.invited",
                whom=new.account,
                details={"role": new.role},
            )
            await self._house.trail.write(tx, act)
        return new.srn

    async def change(self, by: Identity, account: AccountId, role: Role) -> None:
        """All logins of that person end: the next one has the new role."""
        if account == by.account:
            raise NotYourRole
        now = self._house.clock.now()
        async with self._house.db.transaction() as tx:
            admins = await store.lock_admins(tx)
            person = await people.by_id(tx, account)
            if person is None:
                raise NoSuchPerson
            if person.role is Role.ADMIN and role is not Role.ADMIN and admins < 2:
                raise LastAdmin
            await store.set_role(tx, account, role)
            await logins.delete_all(tx, account)
            act = Act(
                at=now,
                by=by.account,
                what="role.changed",
                whom=account,
                details={"before": person.role, "after": role},
            )
            await self._house.trail.write(tx, act)


def _read(given: Invitation) -> NewStaff:
    srn, name = normalise_srn(given.srn), " ".join(given.name.split())
    right = SRN.fullmatch(srn) and 1 <= len(name) <= NAME_MAX and is_printable(name)
    if not right or given.role not in STAFF or not (given.email or given.mobile):
        raise BadStaff
    return NewStaff(
        account=AccountId(uuid4()),
        srn=srn,
        name=name,
        role=Role(given.role),
        email=normalise_email(given.email) if given.email else None,
        mobile=normalise_mobile(given.mobile) if given.mobile else None,
    )
