"""Pictures of held looks: sealed, waiting for a person, gone with the decision."""

from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, LookId, SittingId
from app.proctoring.domain.planning import Lease
from app.proctoring.domain.words import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The oldest held look of a student, and how many wait in all."""

    look: LookId
    account: AccountId
    srn: str
    name: str
    module_title: str
    captured_at: datetime
    waiting: int


async def hold(tx: Tx, look: LookId, sealed: bytes, now: datetime) -> None:
    await tx.execute("UPDATE look SET held_at = $2 WHERE look_id = $1", look, now)
    await tx.execute(
        "INSERT INTO look_picture (look_id, sealed) VALUES ($1, $2)", look, sealed
    )


async def next_waiting(tx: Tx) -> Waiting | None:
    row = await tx.fetchrow(
        """SELECT l.look_id, s.account_id, a.srn, a.name, m.title, l.asked_at,
               count(*) OVER () AS waiting
           FROM look l JOIN sitting s USING (sitting_id)
           JOIN account a USING (account_id)
           JOIN module m ON m.code = s.module_code
           WHERE l.judged_at IS NULL AND l.cancelled_at IS NULL
             AND l.held_at IS NOT NULL
           ORDER BY l.asked_at LIMIT 1"""
    )
    if row is None:
        return None
    return Waiting(
        look=LookId(row["look_id"]),
        account=AccountId(row["account_id"]),
        srn=row["srn"],
        name=row["name"],
        module_title=row["title"],
        captured_at=row["asked_at"],
        waiting=row["waiting"],
    )


async def count(tx: Tx) -> int:
    found: int = await tx.fetchval(
        """SELECT count(*) FROM look WHERE judged_at IS NULL AND cancelled_at IS NULL
             AND held_at IS NOT NULL"""
    )
    return found


async def sitting_of(tx: Tx, look: LookId) -> Row | None:
    """sitting_id, account_id of a look that waits."""
    return await tx.fetchrow(
        """SELECT sitting_id, account_id FROM look JOIN sitting USING (sitting_id)
           WHERE look_id = $1 AND held_at IS NOT NULL AND judged_at IS NULL
             AND cancelled_at IS NULL""",
        look,
    )


async def held(tx: Tx, look: LookId) -> Lease | None:
    """A look that still waits, locked. Lock its sitting first."""
    row = await tx.fetchrow(
        """SELECT look_id, sitting_id, why, epoch, attempts, asked_at FROM look
           WHERE look_id = $1 AND held_at IS NOT NULL AND judged_at IS NULL
             AND cancelled_at IS NULL FOR UPDATE""",
        look,
    )
    if row is None:
        return None
    return Lease(
        look=LookId(row["look_id"]),
        sitting=SittingId(row["sitting_id"]),
        why=Why(row["why"]),
        epoch=row["epoch"],
        attempt=row["attempts"],
        asked_at=row["asked_at"],
    )


async def has_older(tx: Tx, account: AccountId, asked_at: datetime) -> bool:
    found: bool = await tx.fetchval(
        """SELECT EXISTS (SELECT FROM look l JOIN sitting s USING (sitting_id)
           WHERE s.account_id = $1 AND l.held_at IS NOT NULL AND l.judged_at IS NULL
             AND l.cancelled_at IS NULL AND l.asked_at < $2)""",
        account,
        asked_at,
    )
    return found


async def picture_of(tx: Tx, look: LookId) -> bytes | None:
    found: bytes | None = await tx.fetchval(
        "SELECT sealed FROM look_picture WHERE look_id = $1", look
    )
    return found


async def cancel_without_camera(tx: Tx, now: datetime) -> list[AccountId]:
    """Held looks of students who take back the camera; whose they were."""
    rows = await tx.fetch(
        """UPDATE look l SET cancelled_at = $1 FROM sitting s
           WHERE s.sitting_id = l.sitting_id AND l.held_at IS NOT NULL
             AND l.judged_at IS NULL AND l.cancelled_at IS NULL
             AND NOT EXISTS (SELECT FROM consent c WHERE c.account_id = s.account_id
                 AND c.purpose = 'camera' AND c.stands)
             AND EXISTS (SELECT FROM consent c WHERE c.account_id = s.account_id
                 AND c.purpose = 'camera')
           RETURNING s.account_id""",
        now,
    )
    return sorted({AccountId(row["account_id"]) for row in rows})


async def forget_settled(tx: Tx) -> None:
    """Pictures of looks that nobody will compare any more."""
    await tx.execute(
        """DELETE FROM look_picture p USING look l
           WHERE l.look_id = p.look_id
             AND (l.judged_at IS NOT NULL OR l.cancelled_at IS NOT NULL)"""
    )


async def forget(tx: Tx, look: LookId) -> None:
    await tx.execute("DELETE FROM look_picture WHERE look_id = $1", look)
