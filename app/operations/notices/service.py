"""Making, ending and reading notices."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.adapters.audit import Act, Trail
from app.adapters.bell import Bell
from app.adapters.db import Database
from app.adapters.kept import Kept
from app.kernel.clock import Clock
from app.kernel.ids import AccountId
from app.kernel.refusals import NotFound
from app.operations.notices import store
from app.operations.notices.domain import (
    Audience,
    Notice,
    current,
    require_sense,
)
from app.portals.service import NEWS

KEPT = timedelta(seconds=5)
"""Every page shows them: read at most this often."""


class NoSuchNotice(NotFound):
    """This notice has ended already."""


class Notices:
    def __init__(self, db: Database, clock: Clock, trail: Trail, bell: Bell) -> None:
        self._db = db
        self._clock = clock
        self._trail = trail
        self._bell = bell
        self._kept = Kept(self._read, clock, every=KEPT, at_first=list[Notice]())

    async def make(self, by: AccountId, notice: Notice) -> None:
        """Raises BadNotice."""
        text = require_sense(notice.text, notice.shown_from, notice.shown_till)
        async with self._db.transaction() as tx:
            await store.insert(tx, replace(notice, text=text), by)
            act = Act(at=self._clock.now(), by=by, what="notice.made")
            await self._trail.write(tx, act)
        await self._tell()

    async def end(self, by: AccountId, notice: UUID) -> None:
        """Raises NoSuchNotice."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            if not await store.end(tx, notice, now):
                raise NoSuchNotice
            await self._trail.write(tx, Act(at=now, by=by, what="notice.ended"))
        await self._tell()

    async def open(self, *, fresh: bool = False) -> list[Notice]:
        """Current and coming ones. While the database is away, those of before."""
        return await self._kept.get(fresh=fresh)

    async def current(
        self, audiences: Iterable[Audience], *, fresh: bool = False
    ) -> list[Notice]:
        return current(await self.open(fresh=fresh), self._clock.now(), audiences)

    async def _read(self, now: datetime) -> list[Notice]:
        async with self._db.connection() as tx:
            return await store.read_open(tx, now)

    async def _tell(self) -> None:
        self._kept.forget()
        await self._bell.ring(NEWS)
