"""Accounts as tools make them: demo data, and the first admin."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from app.accounts.domain.people import Person, Role, normalise_srn
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import people as store
from app.accounts.store.people import ActivePerson
from app.kernel.ids import AccountId
from app.kernel.refusals import NotFound


class NoSuchPerson(NotFound):
    """There is nobody with this number here. Check it and try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody whose contacts are known to be right."""

    srn: str
    name: str
    role: Role
    password: str
    email: str | None = None
    mobile: str | None = None


class People:
    """Every method is one transaction."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse

    async def add(self, person: NewPerson) -> AccountId:
        """Adds an active account; one that is there keeps its password and role."""
        hashed = self._house.passwords.hash(person.password)
        now = self._house.clock.now()
        async with self._house.db.transaction() as tx:
            new = ActivePerson(
                account=AccountId(uuid4()),
                srn=normalise_srn(person.srn),
                name=person.name,
                role=person.role,
                password_hash=hashed,
            )
            account = await store.insert_active(tx, new, now)
            if person.email:
                await store.set_email(tx, account, person.email, now)
            if person.mobile:
                await store.set_mobile(tx, account, person.mobile, now)
        return account

    async def find(self, srn: str) -> Person:
        """Raises NoSuchPerson."""
        async with self._house.db.connection() as tx:
            person = await store.by_srn(tx, normalise_srn(srn))
        if person is None:
            raise NoSuchPerson
        return person

    async def known(self, srns: Iterable[str]) -> set[str]:
        """Which of these numbers are somebody's here."""
        async with self._house.db.connection() as tx:
            return await store.known(tx, [normalise_srn(srn) for srn in srns])

    async def get(self, account: AccountId) -> Person:
        async with self._house.db.connection() as tx:
            person = await store.by_id(tx, account)
        if person is None:
            raise NoSuchPerson
        return person

    async def set_preferences(
        self, account: AccountId, language: str, time_zone: str
    ) -> None:
        async with self._house.db.transaction() as tx:
            await store.set_preferences(tx, account, language, time_zone)
