"""Courier: takes letters from the outbox to the gateways, until they are sent."""

import asyncio
from random import SystemRandom
from typing import Protocol

import structlog
from pydantic import SecretStr

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.faults import kind_of
from app.adapters.figures import LETTERS
from app.adapters.mail import SmtpMailer
from app.adapters.outbox import Courier, Letter, TryLater, Undeliverable
from app.adapters.outbox.letters import next_try
from app.adapters.outbox.outbox import Claimed
from app.adapters.sms import TwilioSms
from app.kernel.refusals import Unavailable
from workers.house import House

SWEEP_EVERY_S = 0.5
NO_GATEWAY = "no_gateway"

log = structlog.get_logger()


class GatewaySettings(Protocol):
    """The part of the settings that gateways need."""

    @property
    def development(self) -> bool: ...
    @property
    def smtp_url(self) -> SecretStr | None: ...
    @property
    def mail_from(self) -> str: ...
    @property
    def sms_account(self) -> str: ...
    @property
    def sms_token(self) -> SecretStr | None: ...
    @property
    def sms_from(self) -> str: ...
    @property
    def sms_url(self) -> str: ...


def couriers(settings: GatewaySettings) -> dict[str, Courier]:
    """By channel; a channel without a gateway is left out, and its letters wait."""
    found: dict[str, Courier] = {}
    if settings.smtp_url is not None:
        url = settings.smtp_url.get_secret_value()
        found["email"] = SmtpMailer(url, settings.mail_from)
    if settings.sms_account and settings.sms_token is not None:
        token = settings.sms_token.get_secret_value()
        found["sms"] = TwilioSms(
            settings.sms_account, token, settings.sms_from, url=settings.sms_url
        )
    return found


async def run(house: House) -> None:
    """Until cancelled. Many couriers may run: each letter is leased to one."""
    sent_by = couriers(house.settings)
    missing = {"email", "sms"} - sent_by.keys()
    if missing and not house.settings.development:
        log.warning("no_gateway", channels=sorted(missing))
    post = PostRound(house.gatehouse, sent_by, shown_only=house.settings.development)
    while True:
        try:
            while await post.sweep():
                pass
        except (Unavailable, OSError, TimeoutError) as error:
            log.warning("courier_failed", error=kind_of(error))
        await asyncio.sleep(SWEEP_EVERY_S)


class PostRound:
    """`shown_only`: where a channel has no gateway its letters are shown, not sent."""

    def __init__(
        self, house: Gatehouse, sent_by: dict[str, Courier], *, shown_only: bool
    ) -> None:
        self._house = house
        self._sent_by = sent_by
        self._shown_only = shown_only
        self._chance = SystemRandom()

    async def sweep(self) -> int:
        """One round; how many letters were due."""
        async with self._house.db.transaction() as tx:
            now = self._house.clock.now()
            claimed = await self._house.outbox.claim(tx, now)
        async with asyncio.TaskGroup() as group:
            for it in claimed:
                group.create_task(self._deliver(it))
        return len(claimed)

    async def _deliver(self, it: Claimed) -> None:
        now, letter = self._house.clock.now(), it.letter
        if letter is None:
            await self._settle(it, "undeliverable", "unreadable")
        elif letter.to is None:
            await self._settle(it, "nobody")
        elif letter.useful_until <= now:
            await self._settle(it, "too_late")
        else:
            await self._send(it, letter)

    async def _send(self, it: Claimed, letter: Letter) -> None:
        courier = self._sent_by.get(letter.channel)
        if courier is None and self._shown_only:
            await self._settle(it, "shown")
            return
        try:
            if courier is None:
                raise TryLater(NO_GATEWAY)
            await courier.send(letter)
        except TryLater as error:
            await self._put_off(it, str(error))
        except Undeliverable as error:
            log.warning("undeliverable", kind=letter.kind, reason=str(error))
            await self._settle(it, "undeliverable", str(error))
        else:
            await self._settle(it, "sent")

    async def _settle(self, it: Claimed, state: str, reason: str | None = None) -> None:
        _count(it, state)
        now = self._house.clock.now()
        async with self._house.db.transaction() as tx:
            await self._house.outbox.settle(tx, it.letter_id, state, now, reason)

    async def _put_off(self, it: Claimed, reason: str) -> None:
        _count(it, "put_off")
        if reason != NO_GATEWAY:
            log.info("letter_put_off", attempts=it.attempts, reason=reason)
        due = next_try(it.attempts, self._chance.random(), self._house.clock.now())
        async with self._house.db.transaction() as tx:
            await self._house.outbox.put_off(tx, it.letter_id, due, reason)


def _count(it: Claimed, state: str) -> None:
    channel = it.letter.channel if it.letter else "unreadable"
    LETTERS.labels(channel, state).inc()
