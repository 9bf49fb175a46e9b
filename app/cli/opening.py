"""What commands open for the moment they run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.accounts.service.gatehouse import Gatehouse, open_gatehouse
from app.adapters import db
from app.adapters.clock import AnchoredClock
from app.settings import read_settings


@asynccontextmanager
async def gatehouse_here() -> AsyncIterator[Gatehouse]:
    """Raises SystemExit that says what to do when the database does not answer."""
    settings = read_settings()
    try:
        opened = await db.connect(settings.database_url, size=2)
    except OSError:
        raise SystemExit(
            "The database does not answer. Is it running, and is DATABASE_URL right?"
        ) from None
    try:
        clock = AnchoredClock()
        async with opened.connection() as connection:
            await clock.anchor(connection)
        yield open_gatehouse(opened, clock, settings)
    finally:
        await opened.close()
