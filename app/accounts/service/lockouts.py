"""Counting wrong tries before they are made, so that a race gains nobody a try."""

from dataclasses import dataclass
from datetime import datetime

from app.accounts.domain.attempts import Way
from app.accounts.domain.lockouts import (
    Failures,
    after_failure,
    is_closed,
    locked_until,
    taken_back,
)
from app.accounts.service.browsers import Browser
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import attempts as store
from app.accounts.store import logins
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.kernel.ids import NOBODY, AccountId
from app.kernel.refusals import TooMany


class LockedOut(TooMany):
    """Too many wrong tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One way in to one account, from one known device or from everywhere else."""

    key: bytes
    account: AccountId | None
    known: bool
    """The device is known: limits for strangers are not for it."""


class Lockouts:
    """Works inside the caller's transactions."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse

    async def scope(
        self,
        tx: Tx,
        way: str,
        named: str,
        account: AccountId | None,
        browser: Browser,
    ) -> Scope:
        """An unknown name has a scope just like a known one."""
        # Codes are few for each person already: there a stranger closes the way only to
        # their own network.
        device = f"elsewhere {browser.network}" if way == Way.CODE else "elsewhere"
        token_hash = self._house.sealer.keyed_hash("device", browser.device or "")
        known = await logins.device_of(tx, account or NOBODY, token_hash)
        if known is not None:
            device = str(known.device)
        who = str(account) if account else named
        key = self._house.sealer.keyed_hash("lockout", f"{way}|{who}|{device}")
        return Scope(key=key, account=account, known=known is not None)

    async def charge(self, tx: Tx, scope: Scope) -> None:
        """Counts a try as failed before it is made; `forgive` it when it was right.

        Raises LockedOut (until), and then counts nothing.
        """
        now = self._house.clock.now()
        before = await store.lock_scope(tx, scope.key)
        until = locked_until(before, now)
        if until is not None:
            raise refusal(until, now)
        after = after_failure(before, now, self._house.policy)
        await store.save_scope(tx, scope.key, scope.account, after)

    async def give_back(self, tx: Tx, scope: Scope) -> None:
        """The try was not made after all."""
        before = await store.lock_scope(tx, scope.key)
        after = taken_back(before) if before else None
        if after is None:
            await store.delete_scope(tx, scope.key)
        else:
            await store.save_scope(tx, scope.key, scope.account, after)

    async def forgive(self, tx: Tx, scope: Scope) -> None:
        """The try was right: the row of failures is broken."""
        await store.delete_scope(tx, scope.key)

    async def tell_if_locked(self, tx: Tx, scope: Scope) -> None:
        """After a wrong try: raises LockedOut if it was the last one for now."""
        now = self._house.clock.now()
        until = locked_until(await store.read_scope(tx, scope.key), now)
        if until is not None:
            raise refusal(until, now)

    async def note(self, tx: Tx, scope: Scope) -> None:
        """Writes the trail when a known account's way in has just been locked."""
        now = self._house.clock.now()
        found: Failures | None = await store.read_scope(tx, scope.key)
        if scope.account is None or locked_until(found, now) is None:
            return
        act = Act(at=now, by=None, what="login.locked", whom=scope.account)
        await self._house.trail.write(tx, act)


def refusal(until: datetime, now: datetime) -> LockedOut:
    if is_closed(until, now):
        return LockedOut(
            "Too many wrong tries in a row: this way in is closed. Log in with a "
            "one-time code, choose a new password, or ask the helpdesk."
        )
    return LockedOut(
        "Too many wrong tries. You can use a one-time code now, or this way again",
        until=until.isoformat(timespec="seconds"),
    )
