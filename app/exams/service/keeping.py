"""Answers that many students give at one moment, kept in one statement."""

from collections.abc import Sequence

from app.adapters.db import Database, Row
from app.adapters.together import Together
from app.exams.store import answers as store
from app.exams.store.answers import Entry


class Keeping:
    """Nobody waits for a neighbour: where an exam is locked just now, is unknown, or
    writes twice at once, the entry goes alone."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._together = Together(self._save_each)

    async def save(self, entry: Entry) -> list[Row]:
        """As `store.save`, for one."""
        rows = await self._together(entry)
        if rows:
            return rows
        async with self._db.connection() as tx:
            (rows,) = await store.save(tx, [entry])
        return rows

    async def _save_each(self, entries: Sequence[Entry]) -> list[list[Row]]:
        first = {writer.exam: n for n, (writer, _) in reversed([*enumerate(entries)])}
        asked = sorted(first.values())
        async with self._db.connection() as tx:
            found = await store.save(tx, [entries[n] for n in asked], waits=False)
        rows = dict(zip(asked, found, strict=True))
        return [rows.get(n, []) for n in range(len(entries))]
