"""From what was shown so far to the next step, or in."""

import secrets
from dataclasses import dataclass
from typing import TypeAlias
from uuid import uuid4

from app.accounts.domain import letters
from app.accounts.domain.attempts import (
    Attempt,
    Known,
    Purpose,
    Step,
    Way,
    choices,
    next_step,
)
from app.accounts.domain.logins import may_be_remembered
from app.accounts.domain.people import Identity, Person
from app.accounts.service.browsers import Browser
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.logins import hash_token
from app.accounts.store import attempts, logins
from app.accounts.store.logins import NewLogin, SeenDevice
from app.adapters.audit import Act
from app.adapters.db import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """In: the tokens of the login and of the device, for their cookies."""

    token: str
    device: str
    remembered: bool
    go_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """Not in yet: the attempt's token, and what comes next."""

    attempt: str
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """It is still the owner of this login."""

    go_on: str


Outcome: TypeAlias = Entered | Onward | Proved


class Entering:
    """Works inside the caller's transactions."""

    def __init__(self, gatehouse: Gatehouse, codes: Codes) -> None:
        self._house = gatehouse
        self._codes = codes

    async def advance(
        self,
        tx: Tx,
        token: str,
        attempt: Attempt,
        person: Person,
        browser: Browser,
        who: Identity | None = None,
    ) -> Outcome:
        """`attempt` has shown one more way; it is saved, or ends by being in."""
        token_hash = hash_token(token)
        if attempt.purpose is Purpose.PROVE and who is not None:
            await attempts.delete(tx, token_hash)
            await logins.prove(tx, who.login, self._house.clock.now())
            return Proved(go_on=attempt.go_on)
        step = await self.step(tx, attempt, person, browser)
        if step is Step.DONE:
            await attempts.delete(tx, token_hash)
            return await self.enter(tx, attempt, person, browser)
        await attempts.save(tx, token_hash, attempt)
        if step is Step.SECOND and choices(attempt, person) == [Way.CODE]:
            channel = "sms" if person.mobile_confirmed else "email"
            await self._codes.send(tx, token_hash, attempt, person, channel)
        return Onward(attempt=token, step=step)

    async def step(
        self, tx: Tx, attempt: Attempt, person: Person, browser: Browser
    ) -> Step:
        """What comes after the ways that were shown."""
        known = await self._known(tx, person, browser)
        now, policy = self._house.clock.now(), self._house.policy
        return next_step(attempt, person, known, now, policy)

    async def _known(self, tx: Tx, person: Person, browser: Browser) -> Known | None:
        found = await logins.device_of(tx, person.account, self._device_hash(browser))
        return Known(proved_at=found.proved_at) if found else None

    def _device_hash(self, browser: Browser) -> bytes:
        return self._house.sealer.keyed_hash("device", browser.device or "")

    async def enter(
        self, tx: Tx, attempt: Attempt, person: Person, browser: Browser
    ) -> Entered:
        """A new login with a new token, on this device."""
        now = self._house.clock.now()
        is_new = await self._known(tx, person, browser) is None
        others = await logins.of_account(tx, person.account) if is_new else []
        device = browser.device or secrets.token_urlsafe(32)
        seen = SeenDevice(
            device=uuid4(),
            token_hash=self._house.sealer.keyed_hash("device", device),
            name=browser.name,
            proved=Way.PASSKEY in attempt.ways or len(attempt.ways) > 1,
        )
        device_id = await logins.upsert_device(tx, person.account, seen, now)
        await logins.delete_of_device(tx, device_id)
        token = secrets.token_urlsafe(32)
        new = NewLogin(
            device=device_id,
            remembered=attempt.remember and may_be_remembered(person.role),
            ways=attempt.ways,
            network=browser.address,
            place=browser.place,
            now=now,
        )
        await logins.insert(tx, hash_token(token), uuid4(), person.account, new)
        if is_new and others:
            words = letters.new_device(
                browser.name, browser.place, now, person.time_zone
            )
            await self._codes.tell(tx, person, words)
        await self._note(tx, attempt, person, is_new=is_new)
        return Entered(
            token=token, device=device, remembered=new.remembered, go_on=attempt.go_on
        )

    async def _note(
        self, tx: Tx, attempt: Attempt, person: Person, *, is_new: bool
    ) -> None:
        act = Act(
            at=self._house.clock.now(),
            by=person.account,
            what="login.begun",
            whom=person.account,
            details={"ways": "+".join(attempt.ways), "new_device": is_new},
        )
        await self._house.trail.write(tx, act)
