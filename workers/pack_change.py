"""A change of the face pack: the old one's templates go, once nobody runs with it."""

import asyncio
from datetime import datetime, timedelta

import structlog
from redis.exceptions import RedisError

from app.accounts.service.photos import Photos
from app.adapters.packs_in_use import PacksInUse
from app.kernel.clock import Clock

GRACE = timedelta(hours=1)
"""Workers of both packs run during a rolling change, each with templates of its own,
and whoever changes back within this finds them all. A matcher that crashed is up again
long before; later, a face would be kept that nobody compares with."""
EVERY_S = 60.0

log = structlog.get_logger()


class PackChange:
    """Beside a matcher. Only what it has seen itself counts, for an hour on end: an
    empty or absent Redis proves nothing, and neither does a matcher that just began."""

    def __init__(
        self, pack: str, packs: PacksInUse, photos: Photos, clock: Clock
    ) -> None:
        self._pack = pack
        self._packs = packs
        self._photos = photos
        self._clock = clock
        self._alone_since: datetime | None = None

    async def run(self) -> None:
        """Until cancelled; raises what Redis and the database raise."""
        while True:
            await self.step()
            await asyncio.sleep(EVERY_S)

    async def step(self) -> None:
        """Tells the others of this pack, and forgets what it has replaced."""
        now = self._clock.now()
        try:
            await self._packs.tell(self._pack)
            others = await self._packs.told() - {self._pack}
        except (RedisError, OSError, TimeoutError):
            self._alone_since = None
            raise
        if others:
            self._alone_since = None
            return
        self._alone_since = self._alone_since or now
        if now - self._alone_since < GRACE:
            return
        if gone := await self._photos.forget_other_packs(self._pack):
            log.info("templates_forgotten", count=gone, pack=self._pack)
