"""The first time: SRN, a code to the contact on the roster, a password."""

import secrets
from dataclasses import replace

from app.accounts.domain import letters
from app.accounts.domain.attempts import (
    Attempt,
    AttemptOver,
    Purpose,
    Way,
    addresses,
    shown,
)
from app.accounts.domain.people import Person, State, normalise_srn
from app.accounts.service.browsers import Browser
from app.accounts.service.codes import Codes
from app.accounts.service.contacts import confirm
from app.accounts.service.entering import Entered, Entering
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.holding import Held, hold
from app.accounts.service.logins import hash_token
from app.accounts.service.passwords import PasswordChoice
from app.accounts.service.ways_in import (
    CODES_TO_A_NETWORK,
    CODES_TO_A_PERSON,
    NAMED_MAX,
)
from app.accounts.store import attempts as store
from app.accounts.store import people
from app.adapters.db import Tx
from app.adapters.throttle import Rate, Throttle

# From wherever: five tries a code make guessing hopeless, and one network is not enough
# to keep the person from activating.
ACTIVATIONS_OF_A_PERSON = Rate(name="activate", burst=30, every_s=120)


class Activation:
    """An attempt that shows a code, then chooses a password and is in."""

    def __init__(self, gatehouse: Gatehouse, throttle: Throttle) -> None:
        self._house = gatehouse
        self._throttle = throttle
        self._codes = Codes(gatehouse)
        self._choice = PasswordChoice(gatehouse)
        self._entering = Entering(gatehouse, self._codes)

    async def ask(self, srn: str, channel: str, browser: Browser) -> str:
        """The token of an attempt, whoever was named. Raises Throttled.

        Somebody who is active already gets a letter that says so, instead of a code.
        """
        await self._throttle.take(CODES_TO_A_NETWORK, browser.network)
        named = normalise_srn(srn)[:NAMED_MAX]
        await self._throttle.take(CODES_TO_A_PERSON, f"{named}|{browser.network}")
        await self._throttle.take(ACTIVATIONS_OF_A_PERSON, named)
        token = secrets.token_urlsafe(32)
        async with self._house.db.transaction() as tx:
            person = await people.by_srn(tx, named)
            invited = person if person and person.state is State.INVITED else None
            attempt = Attempt(
                purpose=Purpose.ACTIVATE,
                account=invited.account if invited else None,
                named=named,
                begun_at=self._house.clock.now(),
                contact=channel,
            )
            await store.insert(tx, hash_token(token), attempt)
            if person is not None and person.state is State.ACTIVE:
                await self._say_active(tx, hash_token(token), attempt, person, channel)
            else:
                await self._codes.send(tx, hash_token(token), attempt, invited, channel)
        return token

    async def _say_active(
        self,
        tx: Tx,
        token_hash: bytes,
        attempt: Attempt,
        person: Person,
        channel: str,
    ) -> None:
        """To a confirmed contact, in the place of the code."""
        await store.save(tx, token_hash, attempt)
        confirmed = {
            "sms": person.mobile if person.mobile_confirmed else None,
            "email": person.email if person.email_confirmed else None,
        }
        words = letters.active_already(person.srn)
        await self._codes.post(tx, words, channel, confirmed[channel])

    async def send_again(self, token: str, channel: str) -> None:
        """By the same channel or the other. Raises CodeTooSoon or NoMoreCodes."""
        async with hold(self._house, token) as (tx, held):
            attempt = replace(held.attempt, contact=channel)
            await self._codes.send(tx, held.token_hash, attempt, held.person, channel)

    async def choose_password(
        self, token: str, password: str, browser: Browser
    ) -> Entered:
        """Active, with the contact confirmed that the code came from, and in."""
        async with hold(self._house, token) as (_, held):
            person = _shown_code(held)
        hashed = await self._choice.hashed(person, password)
        async with hold(self._house, token) as (tx, held):
            person = _shown_code(held)
            await self._confirm(tx, held, person)
            await self._choice.set(tx, person, hashed, "activated")
            await store.delete(tx, held.token_hash)
            with_it = shown(held.attempt, Way.PASSWORD)
            return await self._entering.enter(tx, with_it, person, browser)

    async def _confirm(self, tx: Tx, held: Held, person: Person) -> None:
        channel, now = held.attempt.contact or "sms", self._house.clock.now()
        [(_, to)] = addresses(held.attempt, person, channel)
        if to is None:
            raise AttemptOver
        await confirm(tx, person.account, channel, to, now)


def _shown_code(held: Held) -> Person:
    if held.person is None or Way.CODE not in held.attempt.ways:
        raise AttemptOver
    if held.person.state is not State.INVITED:
        raise AttemptOver
    return held.person
