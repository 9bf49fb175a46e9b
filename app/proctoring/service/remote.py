"""Tests that somebody may sit from wherever they are."""

from collections.abc import Sequence

from app.booking.domain.seats import unfit
from app.exams.service.drawing import remote_modules
from app.kernel.ids import AccountId, ModuleCode
from app.proctoring.service.desk import Desk
from app.proctoring.service.fitness import fitness


async def any_remote(desk: Desk) -> bool:
    async with desk.db.connection() as tx:
        return bool(await remote_modules(tx))


async def open_remotely_to(
    desk: Desk, account: AccountId, modules: Sequence[ModuleCode]
) -> list[ModuleCode]:
    """Of these: allowed by their blueprint, and all hours are confirmed."""
    now = desk.clock.now()
    async with desk.db.connection() as tx:
        allowed = await remote_modules(tx)
        wanted = [it for it in modules if it in allowed]
        fits = await fitness(tx, account, wanted, now)
    return [it for it in wanted if unfit(fits[it]) is None]
