"""The catalogue: what there is to study."""

from dataclasses import replace

from app.adapters.db import Database, Row
from app.kernel.ids import ModuleCode
from app.kernel.refusals import NotFound
from app.learning.domain.catalogue import ContentFile, Fee, Module, StudySet
from app.learning.store import catalogue as store


class NoSuchModule(NotFound):
    """There is no such module or topic."""


class Learning:
    """Reads the catalogue."""

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
            row = await store.read_module(tx, code)
            topics = await store.read_topics(tx, code)
        if row is None:
            raise NoSuchModule
        return replace(_module(row), topics=tuple(topics))

    async def file(self, module: ModuleCode, name: str) -> ContentFile:
        """Raises NoSuchModule."""
        async with self._db.connection() as tx:
            found = await store.read_file(tx, module, name)
        if found is None:
            raise NoSuchModule
        return found

    async def topic_titles(self) -> dict[tuple[str, str], str]:
        """By module and topic code, retired ones too."""
        async with self._db.connection() as tx:
            return await store.topic_titles(tx)


def _module(row: Row) -> Module:
    return Module(
        code=ModuleCode(row["code"]),
        set_code=row["set_code"],
        title=row["title"],
        hours=row["hours"],
        summary=row["summary"],
        pass_mark=row["pass_mark"],
        fee=Fee(minor=row["fee_minor"], currency=row["currency"]),
    )
