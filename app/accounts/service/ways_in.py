"""The ways in: a password, a one-time code, a passkey, and what is asked besides."""

import secrets
from dataclasses import dataclass
from typing import NoReturn

from app.accounts.domain.attempts import (
    Attempt,
    Purpose,
    Way,
    can_log_in,
    has_contact,
    shown,
)
from app.accounts.domain.contacts import BadContact, normalise_mobile
from app.accounts.domain.people import Person, State, normalise_srn
from app.accounts.service.browsers import Browser
from app.accounts.service.codes import Codes
from app.accounts.service.entering import Entering, Outcome
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.lockouts import Lockouts, Scope
from app.accounts.service.logins import hash_token
from app.accounts.store import attempts as store
from app.accounts.store import people
from app.adapters.throttle import Rate, Throttle
from app.kernel.refusals import Forbidden, Unauthenticated, Unavailable

# A hall of students behind one address comes in at once; a guessing machine does not.
PASSKEYS_FROM_A_NETWORK = Rate(name="passkey", burst=1000, every_s=0.5)
FROM_A_NETWORK = Rate(name="login", burst=400, every_s=1)
CODES_TO_A_NETWORK = Rate(name="codes-network", burst=100, every_s=10)
CODES_TO_A_PERSON = Rate(name="codes-person", burst=6, every_s=600)
NAMED_MAX = 64


class WrongLogin(Unauthenticated):
    """Number and password do not belong together. Check both and try again."""


class AccountClosed(Forbidden):
    """This account is closed. Ask the helpdesk if you think that is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who was typed: an SRN, or a mobile number."""

    text: str
    mobile: str | None


class WaysIn:
    """Each public method is one request of a browser that is not in yet."""

    def __init__(self, gatehouse: Gatehouse, throttle: Throttle) -> None:
        self._house = gatehouse
        self._throttle = throttle
        self._codes = Codes(gatehouse)
        self._lockouts = Lockouts(gatehouse)
        self._entering = Entering(gatehouse, self._codes)

    async def with_password(
        self, named: str, password: str, browser: Browser, *, remember: bool = False
    ) -> Outcome:
        """Raises WrongLogin, the same for an unknown SRN, LockedOut, AccountClosed,
        Throttled or TooBusy."""
        srn = normalise_srn(named)[:NAMED_MAX]
        async with self._house.db.connection() as tx:
            person = await people.by_srn(tx, srn)
            account = person.account if person else None
            scope = await self._lockouts.scope(tx, Way.PASSWORD, srn, account, browser)
        if not scope.known:
            await self._throttle.take(FROM_A_NETWORK, browser.network)
        async with self._house.db.transaction() as tx:
            await self._lockouts.charge(tx, scope)
        stored = person.password_hash if person else None
        if not await self._matches(password, stored, scope) or person is None:
            await self._refuse(scope)
        if person.state is State.CLOSED:
            raise AccountClosed
        attempt = self._begin(Purpose.LOG_IN, person, srn, remember=remember)
        token = secrets.token_urlsafe(32)
        async with self._house.db.transaction() as tx:
            await self._lockouts.forgive(tx, scope)
            await store.insert(tx, hash_token(token), attempt)
            with_it = shown(attempt, Way.PASSWORD)
            return await self._entering.advance(tx, token, with_it, person, browser)

    async def _matches(self, password: str, stored: str | None, scope: Scope) -> bool:
        try:
            return await self._house.passwords.matches(password, stored)
        except Unavailable:
            async with self._house.db.transaction() as tx:
                await self._lockouts.give_back(tx, scope)
            raise

    async def _refuse(self, scope: Scope) -> NoReturn:
        async with self._house.db.transaction() as tx:
            await self._lockouts.note(tx, scope)
        async with self._house.db.connection() as tx:
            await self._lockouts.tell_if_locked(tx, scope)
        raise WrongLogin

    async def ask_code(
        self, named: str, browser: Browser, *, remember: bool = False
    ) -> str:
        """The token of an attempt, whoever was named. Raises Throttled."""
        await self._throttle.take(CODES_TO_A_NETWORK, browser.network)
        given = read_named(named)
        async with self._house.db.connection() as tx:
            found = await people.by_srn_or_mobile(tx, given.text, given.mobile)
            person = found if _may_get_code(found) else None
            account = person.account if person else None
            scope = await self._lockouts.scope(
                tx, Way.PASSWORD, given.text, account, browser
            )
        await self._throttle.take(CODES_TO_A_PERSON, scope.key.hex())
        token = secrets.token_urlsafe(32)
        attempt = self._begin(Purpose.LOG_IN, person, given.text, remember=remember)
        async with self._house.db.transaction() as tx:
            await store.insert(tx, hash_token(token), attempt)
            await self._codes.send(tx, hash_token(token), attempt, person, "sms")
        return token

    def _begin(
        self, purpose: Purpose, person: Person | None, named: str, *, remember: bool
    ) -> Attempt:
        return Attempt(
            purpose=purpose,
            account=person.account if person else None,
            named=named,
            remember=remember,
            begun_at=self._house.clock.now(),
        )


def read_named(text: str) -> Named:
    """An SRN however it was typed, or the mobile number that the digits make."""
    try:
        mobile = normalise_mobile(text)
    except BadContact:
        mobile = None
    return Named(text=normalise_srn(text)[:NAMED_MAX], mobile=mobile)


def _may_get_code(person: Person | None) -> bool:
    return person is not None and can_log_in(person) and has_contact(person)
