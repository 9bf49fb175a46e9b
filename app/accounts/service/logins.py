"""Logins that are open: whose they are, where, and their end."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.accounts.domain.logins import is_alive, lives
from app.accounts.domain.people import Identity
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import attempts
from app.accounts.store import logins as store
from app.accounts.store.logins import Login, OpenLogin
from app.adapters.audit import Act
from app.adapters.together import Together
from app.kernel.ids import AccountId
from app.kernel.refusals import NotFound

TOUCH_EVERY = timedelta(minutes=1)
OLD = timedelta(hours=24)
ATTEMPTS_KEPT = timedelta(hours=1)
DEVICE_LIFE = timedelta(days=400)
"""Browsers keep no cookie for longer."""


class NoSuchLogin(NotFound):
    """This login has ended already."""


class Logins:
    """Tokens are 256 random bits; the database has only their SHA-256."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse
        self._who = Together(self._who_each)

    async def who(self, token: str) -> Identity | None:
        """Whose token this is, if it still lives. Being seen keeps it alive."""
        if not token.isascii():  # none of ours
            return None
        return await self._who(token)

    async def who_of(self, tokens: Sequence[str]) -> dict[str, Identity]:
        """The same for many tokens in one go; the dead ones are left out."""
        now = self._house.clock.now()
        hashes = {hash_token(token): token for token in tokens}
        async with self._house.db.connection() as tx:
            found = await store.read(tx, list(hashes))
            alive = {key: it for key, it in found.items() if self._is_alive(it)}
            unseen = [
                k for k, it in alive.items() if now - it.last_seen_at > TOUCH_EVERY
            ]
            if unseen:
                await store.touch(tx, unseen, now)
        return {hashes[key]: it.identity for key, it in alive.items()}

    async def _who_each(self, tokens: Sequence[str]) -> list[Identity | None]:
        found = await self.who_of(tokens)
        return [found.get(it) for it in tokens]

    def _is_alive(self, login: Login | OpenLogin) -> bool:
        return is_alive(
            login.begun_at,
            login.last_seen_at,
            self._house.clock.now(),
            remembered=login.remembered,
            policy=self._house.policy,
        )

    async def log_out(self, token: str) -> None:
        async with self._house.db.transaction() as tx:
            await store.delete(tx, hash_token(token))

    async def list_open(self, account: AccountId) -> list[OpenLogin]:
        async with self._house.db.connection() as tx:
            found = await store.of_account(tx, account)
        return [login for login in found if self._is_alive(login)]

    async def end(self, account: AccountId, login: UUID) -> None:
        """Raises NoSuchLogin, also when it is somebody else's."""
        async with self._house.db.transaction() as tx:
            if not await store.delete_one(tx, account, login):
                raise NoSuchLogin
            now = self._house.clock.now()
            act = Act(at=now, by=account, what="login.ended", whom=account)
            await self._house.trail.write(tx, act)

    async def end_all(self, account: AccountId, *, but: UUID | None = None) -> int:
        """How many ended. All devices are new again, except the one of `but`."""
        async with self._house.db.transaction() as tx:
            ended = await store.delete_all(tx, account, but)
            if but is None:
                await store.forget_devices(tx, account)
            now = self._house.clock.now()
            act = Act(
                at=now,
                by=account,
                what="login.all_ended",
                whom=account,
                details={"count": ended},
            )
            await self._house.trail.write(tx, act)
        return ended

    async def forget_dead(self) -> None:
        now, policy = self._house.clock.now(), self._house.policy
        longest, unseen = lives(remembered=False, policy=policy)
        kept, _ = lives(remembered=True, policy=policy)
        async with self._house.db.transaction() as tx:
            await store.delete_dead(
                tx, begun=now - longest, seen=now - unseen, remembered=now - kept
            )
            await store.delete_devices_unseen(tx, now - DEVICE_LIFE)
            await attempts.delete_begun_before(tx, now - ATTEMPTS_KEPT)
            await attempts.delete_links_before(tx, now - OLD)
            await attempts.delete_scopes_quiet_since(tx, now - OLD, now)


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
