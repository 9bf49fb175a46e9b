"""What glances saw: steady ones in one statement, signs counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.adapters.db import Tx
from app.kernel.ids import SittingId
from app.proctoring.domain.signs import Sign


class Steady(NamedTuple):
    """One face goes on, in a sitting's epoch, seen at."""

    sitting: SittingId
    epoch: int
    at: datetime


async def steady(tx: Tx, seen: Sequence[Steady]) -> list[SittingId]:
    """Only of running sittings that are not in trouble. Returns those that are:
    leaving it is a change, even where the break was lost on its way here. Locks rows in
    order: see `sittings.checkpoint`."""
    rows = await tx.fetch(
        """WITH locked AS MATERIALIZED (
               SELECT sitting_id FROM sitting WHERE sitting_id = ANY($1::uuid[])
               ORDER BY sitting_id FOR NO KEY UPDATE
           ), seen AS (
               SELECT sitting_id, epoch, max(at) AS at
               FROM unnest($1::uuid[], $2::int[], $3::timestamptz[])
                   AS it (sitting_id, epoch, at) JOIN locked USING (sitting_id)
               GROUP BY 1, 2
           ), noted AS (
               UPDATE sitting s SET glanced_at = greatest(s.glanced_at, seen.at)
               FROM seen
               WHERE s.sitting_id = seen.sitting_id AND s.epoch = seen.epoch
                 AND s.state = 'running' AND s.trouble IS NULL
           )
           SELECT s.sitting_id FROM sitting s JOIN seen USING (sitting_id, epoch)
           WHERE s.state = 'running' AND s.trouble IS NOT NULL""",
        [it.sitting for it in seen],
        [it.epoch for it in seen],
        [it.at for it in seen],
    )
    return [SittingId(row["sitting_id"]) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    sign: Sign
    times: int
    asked_at: datetime | None = None


async def note(tx: Tx, sitting: SittingId, sign: Sign, now: datetime) -> None:
    """Lock the sitting first."""
    await tx.execute(
        """INSERT INTO sign (sitting_id, sign, first_at, last_at)
           VALUES ($1, $2, $3, $3)
           ON CONFLICT (sitting_id, sign) DO UPDATE
           SET times = sign.times + 1, last_at = greatest(sign.last_at, $3)""",
        sitting,
        sign,
        now,
    )


async def asked(tx: Tx, sitting: SittingId, sign: Sign, now: datetime) -> None:
    await tx.execute(
        "UPDATE sign SET asked_at = $3 WHERE sitting_id = $1 AND sign = $2",
        sitting,
        sign,
        now,
    )


async def counts(tx: Tx, sitting: SittingId) -> list[Count]:
    rows = await tx.fetch(
        "SELECT sign, times, asked_at FROM sign WHERE sitting_id = $1", sitting
    )
    return [
        Count(sign=Sign(row["sign"]), times=row["times"], asked_at=row["asked_at"])
        for row in rows
    ]


async def set_risk(tx: Tx, sitting: SittingId, risk: float) -> None:
    await tx.execute(
        "UPDATE sitting SET risk = $2 WHERE sitting_id = $1 AND risk <> $2::real",
        sitting,
        risk,
    )
