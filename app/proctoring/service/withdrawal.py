"""Making good a withdrawal whose process was cut off after its first transaction."""

from app.adapters.db import Database
from app.proctoring.service.sittings import Sittings
from app.proctoring.store import withdrawn as store


async def end_withdrawn(db: Database, sittings: Sittings) -> int:
    """Ends sittings that lack a consent they need. How many students had one."""
    async with db.connection() as tx:
        whose = await store.still_open(tx)
    for account in whose:
        await sittings.withdraw(account)
    return len(whose)
