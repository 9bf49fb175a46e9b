"""What PostgreSQL tells of itself."""

from app.adapters.db import Tx


async def connections(tx: Tx) -> tuple[int, int]:
    """In use, and how many there may be. Needs no rights of its own."""
    row = await tx.fetchrow(
        """SELECT (SELECT sum(numbackends)::int FROM pg_stat_database) AS used,
               current_setting('max_connections')::int AS most"""
    )
    assert row is not None
    return row["used"], row["most"]
