"""Seeds, rates and draws of sittings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Row, Tx
from app.kernel.findings import Ask
from app.kernel.ids import AccountId, LookId, SittingId
from app.proctoring.domain.draws import Drawn
from app.proctoring.domain.proving import PlannedLook
from app.proctoring.domain.words import Kind, Why


async def keep_seed(
    tx: Tx, sitting: SittingId, sealed: bytes, commitment: bytes
) -> None:
    """Once, when the sitting opens."""
    await tx.execute(
        "INSERT INTO sitting_seed (sitting_id, sealed, commitment) VALUES ($1, $2, $3)",
        sitting,
        sealed,
        commitment,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Of a sitting: its kind, its sealed seed, its own rate, and how far each kind of
    look has drawn."""

    kind: Kind
    sealed: bytes | None
    per_hour: float | None
    used: Mapping[Why, int]


async def kept(tx: Tx, sitting: SittingId) -> Kept:
    """Lock the sitting first: two draws of one number must not happen."""
    row = await tx.fetchrow(
        """SELECT s.kind, d.sealed, s.random_per_hour,
               (SELECT json_object_agg(why, used) FROM (
                   SELECT why, max(draw) AS used FROM look
                   WHERE sitting_id = $1 AND draw IS NOT NULL GROUP BY why) u) AS used
           FROM sitting s LEFT JOIN sitting_seed d USING (sitting_id)
           WHERE s.sitting_id = $1""",
        sitting,
    )
    assert row is not None
    used = json.loads(row["used"]) if row["used"] else {}
    return Kept(
        kind=Kind(row["kind"]),
        sealed=row["sealed"],
        per_hour=row["random_per_hour"],
        used={Why(why): int(number) for why, number in used.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Veiled:
    """An open look whose time only its seed tells."""

    look: LookId
    sitting: SittingId
    why: Why
    drawn: Drawn
    sealed: bytes


async def veiled(tx: Tx, since: datetime | None) -> list[Veiled]:
    """All of them, or those drawn since then."""
    rows = await tx.fetch(
        """SELECT look_id, sitting_id, why, draw, drawn_at, drawn_by, sealed
           FROM look JOIN sitting_seed USING (sitting_id)
           WHERE due_at = 'infinity' AND judged_at IS NULL AND cancelled_at IS NULL
             AND ($1::timestamptz IS NULL OR drawn_at >= $1)""",
        since,
    )
    return [
        Veiled(
            look=LookId(row["look_id"]),
            sitting=SittingId(row["sitting_id"]),
            why=Why(row["why"]),
            drawn=_drawn(row),
            sealed=row["sealed"],
        )
        for row in rows
    ]


async def unveil(tx: Tx, looks: Sequence[tuple[LookId, datetime, Ask | None]]) -> None:
    """Their time has come: when they were planned for, and what they ask."""
    await tx.execute(
        """UPDATE look l SET due_at = it.at, planned_at = it.at, ask = it.ask
           FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS it (id, at, ask)
           WHERE l.look_id = it.id AND due_at = 'infinity' AND judged_at IS NULL
             AND cancelled_at IS NULL""",
        [look for look, _, _ in looks],
        [at for _, at, _ in looks],
        [ask for _, _, ask in looks],
    )


async def set_rate(tx: Tx, sitting: SittingId, per_hour: float) -> None:
    await tx.execute(
        "UPDATE sitting SET random_per_hour = $2 WHERE sitting_id = $1",
        sitting,
        per_hour,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededSitting:
    """`sealed` and `commitment` are None where the sitting is older than seeds."""

    sitting: SittingId
    account: AccountId
    srn: str
    opened_at: datetime
    ended_at: datetime | None
    sealed: bytes | None
    commitment: bytes | None


_SITTING = """SELECT s.sitting_id, s.account_id, a.srn, s.opened_at, s.ended_at,
        d.sealed, d.commitment
    FROM sitting s JOIN account a USING (account_id)
    LEFT JOIN sitting_seed d USING (sitting_id)
    WHERE s.kind <> 'check' AND """


async def sitting_of(tx: Tx, sitting: SittingId) -> SeededSitting | None:
    row = await tx.fetchrow(f"{_SITTING} s.sitting_id = $1", sitting)
    return _seeded(row) if row else None


async def sittings_of(
    tx: Tx, account: AccountId, since: datetime, till: datetime
) -> list[SeededSitting]:
    """Opened in this time, the earliest first."""
    rows = await tx.fetch(
        f"""{_SITTING} s.account_id = $1 AND s.opened_at >= $2 AND s.opened_at < $3
            ORDER BY s.opened_at""",
        account,
        since,
        till,
    )
    return [_seeded(row) for row in rows]


async def ended_after(
    tx: Tx, since: datetime, after: tuple[datetime, SittingId] | None, limit: int
) -> list[SeededSitting]:
    """Opened since then and ended, page by page, the earliest first."""
    at, last = after or (since, None)
    rows = await tx.fetch(
        f"""{_SITTING} s.state = 'ended' AND s.opened_at >= $1
              AND ($3::uuid IS NULL OR (s.opened_at, s.sitting_id) > ($2, $3))
            ORDER BY s.opened_at, s.sitting_id LIMIT $4""",
        since,
        at,
        last,
        limit,
    )
    return [_seeded(row) for row in rows]


async def looks_of(
    tx: Tx, sittings: Sequence[SittingId]
) -> dict[SittingId, list[PlannedLook]]:
    """Every look, in the order it was drawn or became due."""
    rows = await tx.fetch(
        """SELECT look_id, sitting_id, why, asked_at, judged_at, cancelled_at,
               held_at, ask, draw, drawn_at, drawn_by, planned_at
           FROM look WHERE sitting_id = ANY ($1)
           ORDER BY sitting_id, coalesce(drawn_at, due_at), why, draw""",
        sittings,
    )
    found: dict[SittingId, list[PlannedLook]] = {it: [] for it in sittings}
    for row in rows:
        found[SittingId(row["sitting_id"])].append(_look(row))
    return found


def _look(row: Row) -> PlannedLook:
    return PlannedLook(
        look=LookId(row["look_id"]),
        why=Why(row["why"]),
        planned_at=row["planned_at"],
        asked_at=row["asked_at"],
        closed_at=row["held_at"] or row["judged_at"] or row["cancelled_at"],
        cancelled=row["cancelled_at"] is not None and row["held_at"] is None,
        ask=Ask(row["ask"]) if row["ask"] else None,
        drawn=_drawn(row) if row["draw"] is not None else None,
    )


def _drawn(row: Row) -> Drawn:
    rule = {name: float(it) for name, it in json.loads(row["drawn_by"]).items()}
    return Drawn(number=row["draw"], at=row["drawn_at"], rule=rule)


def _seeded(row: Row) -> SeededSitting:
    return SeededSitting(
        sitting=SittingId(row["sitting_id"]),
        account=AccountId(row["account_id"]),
        srn=row["srn"],
        opened_at=row["opened_at"],
        ended_at=row["ended_at"],
        sealed=row["sealed"],
        commitment=row["commitment"],
    )
