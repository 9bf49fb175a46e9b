"""Whether somebody is fit to sit a test of a module, as booking asks."""

from datetime import datetime

from app.adapters.db import Tx
from app.booking.domain.words import Fitness
from app.kernel.ids import AccountId, ModuleCode
from app.proctoring.store import fitness as store


async def fitness(
    tx: Tx, account: AccountId, module: ModuleCode, now: datetime
) -> Fitness:
    """In the caller's transaction. Provisional time is not yet confirmed."""
    row = await store.read(tx, account, module, now)
    return Fitness(
        required_us=row["required_us"],
        confirmed_us=row["confirmed_us"],
        open_incidents=row["open_incidents"],
    )
