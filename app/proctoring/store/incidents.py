"""Incidents: something a person should judge."""

from datetime import datetime
from uuid import uuid4

from app.adapters.db import Tx
from app.kernel.ids import LookId, SittingId
from app.proctoring.domain.words import Verdict


async def insert(
    tx: Tx, sitting: SittingId, look: LookId, kind: Verdict, now: datetime
) -> None:
    """Once a look and kind, however often it is told."""
    await tx.execute(
        """INSERT INTO incident (incident_id, sitting_id, kind, look_id, raised_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (sitting_id, kind, look_id) DO NOTHING""",
        uuid4(),
        sitting,
        kind,
        look,
        now,
    )
