"""A person's own contacts: a new one counts once its code came back."""

import secrets
from datetime import datetime

import asyncpg

from app.accounts.domain import letters
from app.accounts.domain.attempts import Attempt, AttemptOver, Purpose
from app.accounts.domain.contacts import normalise_email, normalise_mobile
from app.accounts.domain.people import Identity
from app.accounts.service.codes import Codes, WrongCode
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.holding import hold
from app.accounts.service.logins import hash_token
from app.accounts.store import attempts as store
from app.accounts.store import people
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.throttle import Rate, Throttle
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict

NEW_CONTACTS = Rate(name="contact", burst=5, every_s=900)
CHANNELS = {Purpose.CONFIRM_EMAIL: "email", Purpose.CONFIRM_MOBILE: "sms"}
NAMES = {Purpose.CONFIRM_EMAIL: "e-mail address", Purpose.CONFIRM_MOBILE: "mobile"}


class MobileTaken(Conflict):
    """This mobile number is confirmed for another account. Ask the helpdesk."""


class Contacts:
    def __init__(self, gatehouse: Gatehouse, throttle: Throttle) -> None:
        self._house = gatehouse
        self._throttle = throttle
        self._codes = Codes(gatehouse)

    async def begin(self, who: Identity, purpose: Purpose, text: str) -> str:
        """Sends a code to the new contact; the attempt's token.

        Raises BadContact or Throttled.
        """
        is_email = purpose is Purpose.CONFIRM_EMAIL
        contact = normalise_email(text) if is_email else normalise_mobile(text)
        await self._throttle.take(NEW_CONTACTS, str(who.account))
        token = secrets.token_urlsafe(32)
        attempt = Attempt(
            purpose=purpose,
            account=who.account,
            named=who.srn,
            begun_at=self._house.clock.now(),
            contact=contact,
        )
        async with self._house.db.transaction() as tx:
            await store.insert(tx, hash_token(token), attempt)
            channel = CHANNELS[purpose]
            await self._codes.send(tx, hash_token(token), attempt, None, channel)
        return token

    async def contact_of(self, token: str, who: Identity) -> tuple[Purpose, str]:
        """What is to be confirmed. Raises AttemptOver."""
        async with hold(self._house, token, who) as (_, held):
            return _contact(held.attempt, who)

    async def send_again(self, token: str, who: Identity) -> None:
        async with hold(self._house, token, who) as (tx, held):
            purpose, _ = _contact(held.attempt, who)
            channel = CHANNELS[purpose]
            await self._codes.send(tx, held.token_hash, held.attempt, None, channel)

    async def confirm(self, token: str, code: str, who: Identity) -> None:
        """The contact is theirs now; the former one is told. Raises WrongCode,
        MobileTaken."""
        async with hold(self._house, token, who) as (tx, held):
            purpose, contact = _contact(held.attempt, who)
            attempt, right = self._codes.check(held.token_hash, held.attempt, code)
            if right and held.person is not None:
                now = self._house.clock.now()
                words = letters.contact_changed(NAMES[purpose])
                former = {"email": held.person.email, "sms": held.person.mobile}
                channel = CHANNELS[purpose]
                if former[channel] not in (None, contact):
                    await self._codes.post(tx, words, channel, former[channel])
                await confirm(tx, who.account, channel, contact, now)
                await store.delete(tx, held.token_hash)
                await self._note(tx, who, channel)
                return
            await store.save(tx, held.token_hash, attempt)
        raise WrongCode

    async def _note(self, tx: Tx, who: Identity, channel: str) -> None:
        act = Act(
            at=self._house.clock.now(),
            by=who.account,
            what="contact.confirmed",
            whom=who.account,
            details={"channel": channel},
        )
        await self._house.trail.write(tx, act)


async def confirm(
    tx: Tx, account: AccountId, channel: str, contact: str, now: datetime
) -> None:
    """Raises MobileTaken."""
    if channel == "email":
        await people.set_email(tx, account, contact, now)
        return
    try:
        await people.set_mobile(tx, account, contact, now)
    except asyncpg.UniqueViolationError as error:
        raise MobileTaken from error


def _contact(attempt: Attempt, who: Identity) -> tuple[Purpose, str]:
    if attempt.account != who.account or attempt.contact is None:
        raise AttemptOver
    if attempt.purpose not in CHANNELS:
        raise AttemptOver
    return attempt.purpose, attempt.contact
