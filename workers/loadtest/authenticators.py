"""Authenticator apps of scripted proctors: staff always give a second factor."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pyotp

from app.accounts.domain.factors import step_of
from app.accounts.domain.people import Identity, Person
from app.accounts.service.factors import Factors
from app.accounts.service.gatehouse import Gatehouse

AHEAD_MOST = timedelta(seconds=5)
"""By how much our clock may be ahead of the server's: no code counts early."""
AGAIN_S = 0.2


class Authenticator:
    """Gives the code of now (RFC 6238), each of them once, as the server takes it."""

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        self._otp = pyotp.TOTP(secret)
        self._now = now
        self._given = 0

    async def __call__(self, _: object = None) -> str:
        """Waits for a new one where the last was given."""
        while (step := step_of(self._now() - AHEAD_MOST)) <= self._given:  # noqa: ASYNC110 (it waits for a clock)
            await asyncio.sleep(AGAIN_S)
        self._given = step
        return self._otp.generate_otp(step)


async def give_authenticator(gatehouse: Gatehouse, person: Person) -> str:
    """A new one, in the place of what there was; its secret (base32)."""
    factors, clock = Factors(gatehouse), gatehouse.clock
    who = Identity(
        account=person.account,
        srn=person.srn,
        name=person.name,
        role=person.role,
        login=uuid4(),
        proved_at=clock.now(),
        language="en",
        time_zone=person.time_zone,
    )
    if (await factors.overview(who.account)).has_totp:
        await factors.remove_totp(who)
    secret = (await factors.begin_totp(who)).secret.replace(" ", "")
    before = step_of(clock.now()) - 1  # the code of now is for logging in
    await factors.confirm_totp(who, pyotp.TOTP(secret).generate_otp(before))
    while step_of(clock.now() - AHEAD_MOST) <= before:  # noqa: ASYNC110 (as above)
        await asyncio.sleep(AGAIN_S)
    return secret
