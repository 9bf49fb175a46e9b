"""What every accounts service works with."""

from dataclasses import dataclass

from app.accounts.domain.policy import AccountPolicy
from app.adapters.audit import Trail
from app.adapters.db import Database
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
    trail: Trail
    outbox: Outbox
    policy: AccountPolicy
    url: str
