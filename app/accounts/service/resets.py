"""A forgotten password: a link by e-mail, once, for half an hour."""

import secrets
from datetime import timedelta

from app.accounts.domain import letters
from app.accounts.domain.attempts import can_log_in
from app.accounts.domain.people import normalise_srn
from app.accounts.service.browsers import Browser
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.logins import hash_token
from app.accounts.service.passwords import PasswordChoice
from app.accounts.service.ways_in import NAMED_MAX
from app.accounts.store import attempts, logins, people
from app.adapters.throttle import Rate, Throttle
from app.kernel.refusals import Conflict

FROM_A_NETWORK = Rate(name="reset-network", burst=60, every_s=20)
TO_A_PERSON = Rate(name="reset-person", burst=4, every_s=900)


class LinkOver(Conflict):
    """This link has been used, or is too old. Ask for a new one; the newest counts."""


class Resets:
    def __init__(self, gatehouse: Gatehouse, throttle: Throttle) -> None:
        self._house = gatehouse
        self._throttle = throttle
        self._codes = Codes(gatehouse)
        self._choice = PasswordChoice(gatehouse)

    async def ask(self, srn: str, browser: Browser) -> None:
        """Posts a link to the confirmed e-mail, if there is one. Raises Throttled."""
        await self._throttle.take(FROM_A_NETWORK, browser.network)
        named = normalise_srn(srn)[:NAMED_MAX]
        await self._throttle.take(TO_A_PERSON, f"{named}|{browser.network}")
        now, policy = self._house.clock.now(), self._house.policy
        token = secrets.token_urlsafe(32)
        async with self._house.db.transaction() as tx:
            found = await people.by_srn(tx, named)
            person = found if found and can_log_in(found) else None
            to = person.email if person and person.email_confirmed else None
            account = person.account if person and to else None
            await attempts.insert_link(tx, hash_token(token), account, now)
            link = f"{self._house.url}/reset#{token}"
            words = letters.reset(link, policy.reset_life_min)
            life = timedelta(minutes=policy.reset_life_min)
            await self._codes.post(tx, words, "email", to, life, account)

    async def choose(self, token: str, password: str) -> None:
        """Ends all logins and tells the owner; second factors stay as they are.

        Raises LinkOver, or why the password cannot be taken (the link stays good).
        """
        now = self._house.clock.now()
        life = timedelta(minutes=self._house.policy.reset_life_min)
        async with self._house.db.connection() as tx:
            account = await attempts.account_of_link(tx, hash_token(token), now - life)
            person = await people.by_id(tx, account) if account else None
        if person is None or not can_log_in(person):
            raise LinkOver
        hashed = await self._choice.hashed(person, password)
        async with self._house.db.transaction() as tx:
            used = await attempts.use_link(tx, hash_token(token), now - life, now)
            if used is None:
                raise LinkOver
            await logins.delete_all(tx, person.account)
            words = letters.password_changed(person.srn)
            await self._codes.tell(tx, person, words)
            await self._choice.set(tx, person, hashed, "reset")
