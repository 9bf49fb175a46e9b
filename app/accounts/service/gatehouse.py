"""What every accounts service works with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from app.accounts.domain.policy import AccountPolicy
from app.adapters.audit import Trail
from app.adapters.db import Database
from app.adapters.envelopes import Envelopes, open_envelopes
from app.adapters.outbox import Outbox
from app.adapters.passwords import Passwords
from app.adapters.sealing import Sealer
from app.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatehouse:
    """Acts are written to `trail` and letters posted to `outbox` in the transaction
    of what they tell of. `url` is the address of our own site, for links."""

    db: Database
    clock: Clock
    passwords: Passwords
    sealer: Sealer
    envelopes: Envelopes
    trail: Trail
    outbox: Outbox
    policy: AccountPolicy
    url: str


class AccountSettings(Protocol):
    """The part of the settings that accounts need."""

    @property
    def secret(self) -> SecretStr: ...
    @property
    def keys(self) -> Path | None: ...
    @property
    def accounts(self) -> AccountPolicy: ...
    @property
    def app_url(self) -> str: ...


def open_gatehouse(db: Database, clock: Clock, settings: AccountSettings) -> Gatehouse:
    sealer = Sealer(settings.secret.get_secret_value())
    return Gatehouse(
        db=db,
        clock=clock,
        passwords=Passwords(),
        sealer=sealer,
        envelopes=open_envelopes(settings),
        trail=Trail(sealer),
        outbox=Outbox(sealer),
        policy=settings.accounts,
        url=settings.app_url.rstrip("/"),
    )
