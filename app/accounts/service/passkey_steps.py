"""A passkey as a step of coming in: first, second, or as proof."""

import secrets
from collections.abc import Mapping
from dataclasses import replace

from app.accounts.domain.attempts import Attempt, Purpose, Way, shown
from app.accounts.domain.people import Identity, State
from app.accounts.service.browsers import Browser
from app.accounts.service.codes import Codes
from app.accounts.service.entering import Entering, Outcome
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.holding import Held, hold
from app.accounts.service.logins import hash_token
from app.accounts.service.passkeys import Passkeys
from app.accounts.service.ways_in import PASSKEYS_FROM_A_NETWORK, AccountClosed
from app.accounts.store import attempts as store
from app.accounts.store import people
from app.adapters.throttle import Throttle
from app.kernel.refusals import Unauthenticated


class WrongPasskey(Unauthenticated):
    """This passkey does not open an account here. Try another way to log in."""


class PasskeySteps:
    """An answer belongs to the challenge of its attempt, once."""

    def __init__(
        self,
        gatehouse: Gatehouse,
        throttle: Throttle,
        passkeys: Passkeys,
    ) -> None:
        self._house = gatehouse
        self._throttle = throttle
        self._passkeys = passkeys
        self._entering = Entering(gatehouse, Codes(gatehouse))

    async def begin(self, browser: Browser) -> tuple[str, Mapping[str, object]]:
        """A new attempt's token, and the options for `navigator.credentials.get`."""
        await self._throttle.take(PASSKEYS_FROM_A_NETWORK, browser.network)
        challenge, options = self._passkeys.login_options()
        token = secrets.token_urlsafe(32)
        attempt = Attempt(
            purpose=Purpose.LOG_IN,
            account=None,
            named="",
            begun_at=self._house.clock.now(),
            challenge=challenge,
        )
        async with self._house.db.transaction() as tx:
            await store.insert(tx, hash_token(token), attempt)
        return token, options

    async def go_on(self, token: str, who: Identity | None) -> Mapping[str, object]:
        """Options for a passkey as the next way of an attempt. Raises AttemptOver."""
        challenge, options = self._passkeys.login_options()
        async with hold(self._house, token, who) as (tx, held):
            attempt = replace(held.attempt, challenge=challenge)
            await store.save(tx, held.token_hash, attempt)
        return options

    async def answer(
        self,
        token: str,
        answer: dict[str, object],
        browser: Browser,
        who: Identity | None,
        *,
        remember: bool = False,
    ) -> Outcome:
        """Raises WrongPasskey, AccountClosed or AttemptOver."""
        async with hold(self._house, token, who) as (tx, held):
            challenge = held.attempt.challenge
            used_up = replace(
                held.attempt, challenge=None, tries=held.attempt.tries + 1
            )
            await store.save(tx, held.token_hash, used_up)
            account = challenge and await self._passkeys.check(tx, challenge, answer)
            person = await people.by_id(tx, account) if account else None
            if person is not None and _fits(held, person.account):
                if person.state is not State.ACTIVE:
                    raise AccountClosed
                attempt = replace(
                    held.attempt,
                    account=person.account,
                    remember=remember or held.attempt.remember,
                )
                return await self._entering.advance(
                    tx, token, shown(attempt, Way.PASSKEY), person, browser, who
                )
        raise WrongPasskey


def _fits(held: Held, account: object) -> bool:
    """Somebody who has shown a password cannot go on with another person's passkey."""
    return held.attempt.account in (None, account)
