"""Whether somebody is fit to sit a test of a module, as booking asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.adapters.db import Tx
from app.booking.domain.words import Fitness
from app.kernel.ids import AccountId, ModuleCode
from app.proctoring.store import fitness as store


async def fitness(
    tx: Tx, account: AccountId, modules: Sequence[ModuleCode], now: datetime
) -> Mapping[ModuleCode, Fitness]:
    """Of all of them in one statement, in the caller's transaction. Provisional time
    is not yet confirmed."""
    return {
        ModuleCode(row["code"]): Fitness(
            required_us=row["required_us"],
            confirmed_us=row["confirmed_us"],
            open_incidents=row["open_incidents"],
            cooling_till=row["cooling_till"],
        )
        for row in await store.read(tx, account, modules, now)
    }
