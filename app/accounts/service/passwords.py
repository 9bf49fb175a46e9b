"""Choosing a password: the same rules wherever one is chosen."""

from app.accounts.domain import letters
from app.accounts.domain.passwords import KEPT, PasswordUsedBefore, check_password
from app.accounts.domain.people import Identity, Person
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import attempts, logins
from app.accounts.store import people as store
from app.adapters.audit import Act
from app.adapters.common_passwords import is_common
from app.adapters.db import Tx


class PasswordChoice:
    """Checks, hashes and sets. Hashing happens outside of transactions."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse
        self._codes = Codes(gatehouse)

    async def hashed(self, person: Person, password: str) -> str:
        """Raises a refusal that says why the password cannot be taken, or TooBusy."""
        check_password(
            password,
            is_common=is_common,
            about=[person.srn, person.name, person.email, person.mobile],
            policy=self._house.policy,
        )
        if self._house.policy.password_max_age_days:
            await self._refuse_used(person, password)
        return await self._house.passwords.hashed(password)

    async def _refuse_used(self, person: Person, password: str) -> None:
        async with self._house.db.connection() as tx:
            before = await store.passwords_before(tx, person.account, KEPT)
        for stored in [person.password_hash, *before][:KEPT]:
            if stored and await self._house.passwords.matches(password, stored):
                raise PasswordUsedBefore

    async def set(self, tx: Tx, person: Person, hashed: str, how: str) -> None:
        """In force; open reset links and counted failures of everywhere are void."""
        now = self._house.clock.now()
        if person.password_hash and person.password_set_at:
            await store.remember_password(
                tx, person.account, person.password_hash, person.password_set_at
            )
            await store.forget_passwords_before(tx, person.account, KEPT)
        await store.set_password(tx, person.account, hashed, now)
        await attempts.delete_links_of(tx, person.account)
        await attempts.delete_scopes_of(tx, person.account)
        act = Act(
            at=now,
            by=person.account,
            what="password.set",
            whom=person.account,
            details={"how": how},
        )
        await self._house.trail.write(tx, act)

    async def change(self, who: Identity, password: str) -> None:
        """By somebody who is in; their other logins end, and they are told."""
        async with self._house.db.connection() as tx:
            person = await store.by_id(tx, who.account)
        assert person is not None, "who is logged in has an account"
        hashed = await self.hashed(person, password)
        async with self._house.db.transaction() as tx:
            await store.lock(tx, who.account)
            await logins.delete_all(tx, who.account, but=who.login)
            words = letters.password_changed(person.srn)
            await self._codes.tell(tx, person, words)
            await self.set(tx, person, hashed, "changed")
