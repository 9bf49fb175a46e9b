"""What papers of a module are made of."""

from dataclasses import replace

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.audit import Act
from app.exams.domain.blueprints import (
    Blueprint,
    Shortage,
    require_drawable,
    require_sense,
    shortage,
)
from app.exams.service.bank import NoSuchBank
from app.exams.store import bank as bank_store
from app.exams.store import blueprints as store
from app.kernel.ids import AccountId, ModuleCode


class Blueprints:
    def __init__(self, house: Gatehouse) -> None:
        self._house = house

    async def current(self, module: ModuleCode) -> Blueprint | None:
        async with self._house.db.connection() as tx:
            return await store.newest(tx, module)

    async def can_be_drawn(self, module: ModuleCode) -> bool:
        """There is a blueprint, and its bank gives papers of it."""
        blueprint, found = await self._both(module)
        return blueprint is not None and found is None

    async def save(
        self, by: AccountId, module: ModuleCode, wanted: Blueprint
    ) -> Blueprint:
        """For papers drawn from now on; the same again makes no new version.

        Raises BadBlueprint, CannotBeDrawn (what lacks) or NoSuchBank.
        """
        require_sense(wanted)
        now = self._house.clock.now()
        async with self._house.db.transaction() as tx:
            # No import retires questions between the look and the saving.
            if not await bank_store.lock_bank(tx, module):
                raise NoSuchBank
            bank = await bank_store.drawable(tx, module)
            require_drawable(wanted, [it.question.tags for it in bank])
            before = await store.newest(tx, module)
            version = before.version if before else 0
            if before and replace(wanted, version=version) == before:
                return before
            saved = replace(wanted, version=version + 1)
            await store.insert(tx, module, saved, by, now)
            act = Act(
                at=now,
                by=by,
                what="blueprint.saved",
                details={"module": module, "version": saved.version},
            )
            await self._house.trail.write(tx, act)
        return saved

    async def lacking(self, module: ModuleCode) -> Shortage | None:
        """Whether the bank can no longer give a paper of the newest blueprint."""
        return (await self._both(module))[1]

    async def _both(
        self, module: ModuleCode
    ) -> tuple[Blueprint | None, Shortage | None]:
        async with self._house.db.connection() as tx:
            blueprint = await store.newest(tx, module)
            bank = await bank_store.drawable(tx, module)
        if blueprint is None:
            return None, None
        tags = [it.question.tags for it in bank]
        return blueprint, shortage(blueprint.parts, tags)
