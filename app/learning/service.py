"""The catalogue: what there is to study."""

from collections.abc import Sequence
from dataclasses import replace

from app.adapters.db import Database, Row
from app.kernel.ids import ModuleCode
from app.kernel.refusals import NotFound
from app.learning import store
from app.learning.domain import Module, StudySet


class NoSuchModule(NotFound):
    """There is no such module or topic."""


class Learning:
    """Reads and imports courses."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def catalogue(self) -> list[StudySet]:
        """Every set with its modules, without topics."""
        async with self._db.connection() as tx:
            sets = await store.read_sets(tx)
            modules = [_module(row) for row in await store.read_modules(tx)]
        return [
            StudySet(
                code=row["code"],
                title=row["title"],
                mandatory=row["mandatory"],
                modules=tuple(m for m in modules if m.set_code == row["code"]),
            )
            for row in sets
        ]

    async def module(self, code: ModuleCode) -> Module:
        """One module with its topics. Raises NoSuchModule."""
        async with self._db.connection() as tx:
            modules = [_module(row) for row in await store.read_modules(tx)]
            topics = await store.read_topics(tx, code)
        for module in modules:
            if module.code == code:
                return replace(module, topics=tuple(topics))
        raise NoSuchModule

    async def import_course(self, sets: Sequence[StudySet]) -> None:
        """All or nothing; importing again updates what changed."""
        async with self._db.transaction() as tx:
            for study_set in sets:
                await store.upsert_set(tx, study_set)
                for at, module in enumerate(study_set.modules):
                    await store.upsert_module(tx, module, at)
                    for position, topic in enumerate(module.topics):
                        await store.upsert_topic(tx, module.code, topic, position)


def _module(row: Row) -> Module:
    return Module(
        code=ModuleCode(row["code"]),
        set_code=row["set_code"],
        title=row["title"],
        hours=row["hours"],
        summary=row["summary"],
    )
