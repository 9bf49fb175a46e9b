"""Which topic was open from when. As the page tells it: a label for time, no time."""

from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Tx
from app.kernel.ids import SittingId


async def note(tx: Tx, topics: Sequence[tuple[SittingId, str]], now: datetime) -> None:
    """(sitting, topic) pairs; kept where the topic is another than before.

    Only topics of the sitting's own module: a page that tells of others is not heard.
    """
    if not topics:
        return
    await tx.execute(
        """INSERT INTO reading (sitting_id, at, topic_code)
           SELECT s.sitting_id, $3, t.code
           FROM unnest($1::uuid[], $2::text[]) AS p (sitting_id, topic_code)
           JOIN sitting s ON s.sitting_id = p.sitting_id
           JOIN topic t ON t.module_code = s.module_code AND t.code = p.topic_code
           WHERE t.code IS DISTINCT FROM (
               SELECT r.topic_code FROM reading r WHERE r.sitting_id = s.sitting_id
               ORDER BY r.at DESC LIMIT 1)
           ON CONFLICT DO NOTHING""",
        [sitting for sitting, _ in topics],
        [topic for _, topic in topics],
        now,
    )
