"""When students' programmes end: what retention counts from."""

from datetime import date

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.audit import Act
from app.kernel.ids import AccountId
from app.operations.privacy import store


async def set_programme_end(
    house: Gatehouse, accounts: list[AccountId] | None, ends_on: date
) -> int:
    """None: of every student who has no such day yet. How many have it now."""
    async with house.db.transaction() as tx:
        changed = await store.set_programme_end(tx, accounts, ends_on)
        act = Act(
            at=house.clock.now(),
            by=None,
            what="privacy.programme_end",
            details={"students": changed, "day": ends_on.isoformat()},
        )
        await house.trail.write(tx, act)
    return changed
