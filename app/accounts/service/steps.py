"""The steps of an attempt that has begun: each shows one more way, or fails."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from app.accounts.domain.attempts import (
    TRIES,
    Attempt,
    AttemptOver,
    NotThisWay,
    Purpose,
    Way,
    choices,
    require_choice,
    shown,
)
from app.accounts.domain.people import Identity
from app.accounts.service.browsers import Browser
from app.accounts.service.codes import Codes, WrongCode
from app.accounts.service.entering import Entering, Outcome
from app.accounts.service.factors import Factors
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.holding import Held, hold
from app.accounts.service.lockouts import Lockouts, Scope
from app.accounts.service.logins import hash_token
from app.accounts.store import attempts as store
from app.adapters.db import Tx
from app.kernel.refusals import Unauthenticated, Unavailable


class WrongPassword(Unauthenticated):
    """This password is not right. Check it and try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a page may tell of an attempt. `sent`: a code has gone out."""

    purpose: Purpose
    choices: tuple[Way, ...]
    sent: bool
    has_email: bool
    has_mobile: bool
    tries_left: int
    go_on: str
    begins_with_code: bool


Check = Callable[[Tx, Held], Awaitable[tuple[Attempt, bool]]]


class Steps:
    """Every method raises AttemptOver or NoTriesLeft when the attempt has ended."""

    def __init__(self, gatehouse: Gatehouse, factors: Factors) -> None:
        self._house = gatehouse
        self._factors = factors
        self._codes = Codes(gatehouse)
        self._lockouts = Lockouts(gatehouse)
        self._entering = Entering(gatehouse, self._codes)

    async def begin_proof(self, who: Identity, go_on: str) -> str:
        """Of somebody who is in, that it is still them."""
        token = secrets.token_urlsafe(32)
        attempt = Attempt(
            purpose=Purpose.PROVE,
            account=who.account,
            named=who.srn,
            begun_at=self._house.clock.now(),
            go_on=go_on,
        )
        async with self._house.db.transaction() as tx:
            await store.insert(tx, hash_token(token), attempt)
        return token

    async def overview(self, token: str, who: Identity | None = None) -> Overview:
        async with hold(self._house, token, who) as (_, held):
            attempt, person = held.attempt, held.person
            secret = _awaits_code(attempt)
            return Overview(
                purpose=attempt.purpose,
                choices=() if secret or not person else tuple(choices(attempt, person)),
                sent=attempt.code_hash is not None,
                has_email=not secret and bool(person and person.email_confirmed),
                has_mobile=not secret and bool(person and person.mobile_confirmed),
                tries_left=TRIES - attempt.tries,
                go_on=attempt.go_on,
                begins_with_code=secret,
            )

    async def send_code(
        self, token: str, channel: str, who: Identity | None = None
    ) -> None:
        """Raises CodeTooSoon, NoMoreCodes or NotThisWay."""
        async with hold(self._house, token, who) as (tx, held):
            if not _awaits_code(held.attempt) and held.person:
                require_choice(Way.CODE, choices(held.attempt, held.person))
            await self._codes.send(
                tx, held.token_hash, held.attempt, held.person, channel
            )

    async def give_code(
        self, token: str, code: str, browser: Browser, who: Identity | None = None
    ) -> Outcome:
        """Raises WrongCode or LockedOut."""

        async def check(tx: Tx, held: Held) -> tuple[Attempt, bool]:
            return self._codes.check(held.token_hash, held.attempt, code)

        return await self._give(token, Way.CODE, check, browser, who)

    async def give_factor(
        self,
        token: str,
        way: Way,
        code: str,
        browser: Browser,
        who: Identity | None = None,
    ) -> Outcome:
        """Of an authenticator app, or a recovery code. Raises as give_code does."""
        checks = {
            Way.TOTP: self._factors.totp_is_right,
            Way.RECOVERY: self._factors.use_recovery_code,
        }
        is_right = checks.get(way)
        if is_right is None:
            raise NotThisWay

        async def check(tx: Tx, held: Held) -> tuple[Attempt, bool]:
            account = held.attempt.account
            right = account is not None and await is_right(tx, account, code)
            tried = replace(held.attempt, tries=held.attempt.tries + 1)
            return (shown(held.attempt, way), True) if right else (tried, False)

        return await self._give(token, way, check, browser, who)

    async def _give(
        self,
        token: str,
        way: Way,
        check: Check,
        browser: Browser,
        who: Identity | None,
    ) -> Outcome:
        async with hold(self._house, token, who) as (tx, held):
            self._require(way, held)
            scope = await self._scope(tx, way, held, browser)
            await self._lockouts.charge(tx, scope)
            attempt, right = await check(tx, held)
            if right and held.person is not None:
                await self._lockouts.forgive(tx, scope)
                return await self._entering.advance(
                    tx, token, attempt, held.person, browser, who
                )
            await store.save(tx, held.token_hash, attempt)
            await self._lockouts.note(tx, scope)
        raise WrongCode

    def _require(self, way: Way, held: Held) -> None:
        if _awaits_code(held.attempt) or held.person is None:
            require_choice(way, [Way.CODE])
        else:
            require_choice(way, choices(held.attempt, held.person))

    async def _scope(self, tx: Tx, way: Way, held: Held, browser: Browser) -> Scope:
        attempt = held.attempt
        return await self._lockouts.scope(
            tx, way, attempt.named, attempt.account, browser
        )

    async def give_password(
        self,
        token: str,
        password: str,
        browser: Browser,
        who: Identity | None = None,
    ) -> Outcome:
        """As the second way, or as proof. Raises WrongPassword or LockedOut."""
        async with hold(self._house, token, who) as (tx, held):
            self._require(Way.PASSWORD, held)
            scope = await self._scope(tx, Way.PASSWORD, held, browser)
            await self._lockouts.charge(tx, scope)
            tried = replace(held.attempt, tries=held.attempt.tries + 1)
            await store.save(tx, held.token_hash, tried)
        # Outside of the transaction: hashing is slow, and may have to wait.
        stored = held.person.password_hash if held.person else None
        try:
            right = await self._house.passwords.matches(password, stored)
        except Unavailable:
            async with self._house.db.transaction() as tx:
                await self._lockouts.give_back(tx, scope)
                await store.save(tx, held.token_hash, held.attempt)
            raise
        if not right or held.person is None:
            raise WrongPassword
        async with self._house.db.transaction() as tx:
            if await store.lock(tx, held.token_hash) is None:
                raise AttemptOver
            await self._lockouts.forgive(tx, scope)
            with_it = shown(held.attempt, Way.PASSWORD)
            return await self._entering.advance(
                tx, token, with_it, held.person, browser, who
            )


def _awaits_code(attempt: Attempt) -> bool:
    """It begins with a code, and nothing may tell whether somebody is known."""
    first = attempt.purpose in (Purpose.LOG_IN, Purpose.ACTIVATE)
    return first and not attempt.ways
