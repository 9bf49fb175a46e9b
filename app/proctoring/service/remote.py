"""Tests that somebody may sit from wherever they are."""

from collections.abc import Sequence

from app.booking.domain.seats import require_fit
from app.exams.service.drawing import remote_modules
from app.kernel.ids import AccountId, ModuleCode
from app.kernel.refusals import Refusal
from app.proctoring.service.desk import Desk
from app.proctoring.service.fitness import fitness


async def open_remotely_to(
    desk: Desk, account: AccountId, modules: Sequence[ModuleCode]
) -> list[ModuleCode]:
    """Of these: allowed by their blueprint, and all hours are confirmed."""
    found, now = [], desk.clock.now()
    async with desk.db.connection() as tx:
        allowed = await remote_modules(tx)
        for module in modules:
            if module not in allowed:
                continue
            try:
                require_fit(await fitness(tx, account, module, now))
            except Refusal:
                continue
            found.append(module)
    return found
