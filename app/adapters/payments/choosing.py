"""Which provider takes the money, by the settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import structlog
from pydantic import SecretStr

from app.adapters.db import Database
from app.adapters.payments.port import (
    BadSignature,
    Captured,
    PayPage,
    Provider,
    ProviderAway,
    RefundIs,
    Told,
)
from app.adapters.payments.razorpay import Razorpay
from app.adapters.payments.sandbox import Sandbox
from app.adapters.sealing import Sealer
from app.kernel.clock import Clock
from app.kernel.money import Money

log = structlog.get_logger()


class PaySettings(Protocol):
    """The part of the settings that payments need."""

    @property
    def development(self) -> bool: ...
    @property
    def app_url(self) -> str: ...
    @property
    def secret(self) -> SecretStr: ...
    @property
    def pay_key_id(self) -> str: ...
    @property
    def pay_key_secret(self) -> SecretStr | None: ...
    @property
    def pay_webhook_secret(self) -> SecretStr | None: ...
    @property
    def pay_url(self) -> str: ...


def choose(settings: PaySettings, db: Database, clock: Clock) -> Provider:
    """Razorpay where its keys are set; else the sandbox in development, and in
    production nobody, which the log says."""
    key_secret, webhook_secret = settings.pay_key_secret, settings.pay_webhook_secret
    if settings.pay_key_id and key_secret and webhook_secret:
        return Razorpay(
            settings.pay_key_id,
            key_secret.get_secret_value(),
            webhook_secret.get_secret_value(),
            url=settings.pay_url,
        )
    if settings.development:
        sealer = Sealer(settings.secret.get_secret_value())
        secret = sealer.keyed_hash("sandbox", "signatures").hex()
        return Sandbox(db, clock, secret, settings.app_url.rstrip("/"))
    log.warning("no_payment_provider", needed="SPOM_PAY_KEY_ID")
    return Nobody()


class Nobody:
    """No provider is set up: whoever wants to pay reads that it is out of reach."""

    name = "none"
    origins: Sequence[str] = ()

    async def open_order(self, order: str, number: int, amount: Money) -> str:
        raise ProviderAway

    def pay_page(
        self, provider_order: str, amount: Money, *, back: str, cancel: str
    ) -> PayPage:
        raise ProviderAway

    def read_return(self, fields: Mapping[str, str]) -> str:
        raise BadSignature

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Told:
        raise BadSignature

    async def payments_of(self, provider_order: str) -> Sequence[Captured]:
        raise ProviderAway

    async def refund(
        self, refund: str, provider_payment: str, amount_minor: int
    ) -> RefundIs:
        raise ProviderAway

    async def refund_is(
        self, refund: str, provider_payment: str, provider_refund: str | None
    ) -> RefundIs | None:
        raise ProviderAway

    async def listed(
        self, since: datetime, until: datetime
    ) -> tuple[Sequence[Captured], Sequence[RefundIs]]:
        raise ProviderAway
