"""Making, ending and reading windows."""

from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import ExclusionViolationError

from app.adapters.audit import Act, Trail
from app.adapters.bell import Bell
from app.adapters.db import Database
from app.adapters.kept import Kept
from app.kernel.clock import Clock
from app.kernel.ids import AccountId
from app.kernel.refusals import NotFound
from app.portals import store
from app.portals.domain import (
    Portal,
    Window,
    WindowsOverlap,
    announced,
    closed_now,
    closes_within,
    require_open,
    require_sense,
)

KEPT = timedelta(seconds=5)
"""Every page shows them: read at most this often."""
NEWS = ("news:students", "news:staff")
"""Topics of what is announced."""


class NoSuchWindow(NotFound):
    """This window is over already."""


class Portals:
    def __init__(self, db: Database, clock: Clock, trail: Trail, bell: Bell) -> None:
        self._db = db
        self._clock = clock
        self._trail = trail
        self._bell = bell
        self._kept = Kept(self._read, clock, every=KEPT, at_first=list[Window]())

    async def make(self, by: AccountId, window: Window) -> None:
        """Raises BadWindow or WindowsOverlap."""
        require_sense(window)
        try:
            async with self._db.transaction() as tx:
                await store.insert(tx, window, by)
                act = Act(
                    at=self._clock.now(),
                    by=by,
                    what="window.made",
                    details={"portal": str(window.portal)},
                )
                await self._trail.write(tx, act)
        except ExclusionViolationError as error:
            raise WindowsOverlap from error
        await self._tell()

    async def end(self, by: AccountId, window: UUID) -> None:
        """Opens at once, or takes a coming one back. Raises NoSuchWindow."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            if not await store.end(tx, window, now):
                raise NoSuchWindow
            await self._trail.write(tx, Act(at=now, by=by, what="window.ended"))
        await self._tell()

    async def windows(self, *, fresh: bool = False) -> list[Window]:
        """Current and coming ones. While the database is away, those of before."""
        return await self._kept.get(fresh=fresh)

    async def announced(self, *, fresh: bool = False) -> list[Window]:
        return announced(await self.windows(fresh=fresh), self._clock.now())

    async def closed(self, portal: Portal) -> Window | None:
        return closed_now(await self.windows(), portal, self._clock.now())

    async def closes_within(self, portal: Portal, ahead: timedelta) -> bool:
        windows = await self.windows()
        return closes_within(windows, portal, self._clock.now(), ahead)

    async def require_open(self, portal: Portal) -> None:
        """Raises PortalClosed (until, wait_s)."""
        require_open(await self.windows(), portal, self._clock.now())

    async def _read(self, now: datetime) -> list[Window]:
        async with self._db.connection() as tx:
            return await store.read_open(tx, now)

    async def _tell(self) -> None:
        self._kept.forget()
        await self._bell.ring(NEWS)
