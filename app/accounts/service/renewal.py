"""A password that has expired is replaced on the way in."""

from app.accounts.domain.attempts import AttemptOver, Step
from app.accounts.domain.people import Person
from app.accounts.service.browsers import Browser
from app.accounts.service.codes import Codes
from app.accounts.service.entering import Entering, Outcome
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.holding import Held, hold
from app.accounts.service.passwords import PasswordChoice
from app.accounts.store import people
from app.adapters.db import Tx


class Renewal:
    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse
        self._choice = PasswordChoice(gatehouse)
        self._entering = Entering(gatehouse, Codes(gatehouse))

    async def renew(self, token: str, password: str, browser: Browser) -> Outcome:
        """Raises AttemptOver, or why the password cannot be taken."""
        async with hold(self._house, token) as (tx, held):
            person = await self._require(tx, held, browser)
        hashed = await self._choice.hashed(person, password)
        async with hold(self._house, token) as (tx, held):
            person = await self._require(tx, held, browser)
            await self._choice.set(tx, person, hashed, "expired")
            fresh = await people.by_id(tx, person.account)
            assert fresh is not None, "it was there a statement ago"
            return await self._entering.advance(tx, token, held.attempt, fresh, browser)

    async def _require(self, tx: Tx, held: Held, browser: Browser) -> Person:
        """Only once everything else was shown that this login needs."""
        person, attempt = held.person, held.attempt
        if person is None or not attempt.ways:
            raise AttemptOver
        step = await self._entering.step(tx, attempt, person, browser)
        if step is not Step.RENEW:
            raise AttemptOver
        return person
