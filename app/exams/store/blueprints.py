"""Blueprints of papers: each saving is a version."""

import json
from datetime import datetime

from app.adapters.db import Tx
from app.exams.domain.blueprints import Blueprint, Part
from app.kernel.ids import AccountId, ModuleCode


async def newest(tx: Tx, module: ModuleCode) -> Blueprint | None:
    row = await tx.fetchrow(
        """SELECT version, parts, duration_s, pass_mark, cooling_s, remote,
               pause_stops_clock
           FROM blueprint WHERE module_code = $1 ORDER BY version DESC LIMIT 1""",
        module,
    )
    if row is None:
        return None
    parts = tuple(Part(**it) for it in json.loads(row["parts"]))
    return Blueprint(**{**dict(row), "parts": parts})


async def insert(
    tx: Tx, module: ModuleCode, it: Blueprint, by: AccountId, now: datetime
) -> None:
    parts = [{"tag": one.tag, "count": one.count} for one in it.parts]
    await tx.execute(
        """INSERT INTO blueprint (module_code, version, parts, duration_s, pass_mark,
               cooling_s, remote, pause_stops_clock, made_by, made_at)
           VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7, $8, $9, $10)""",
        module,
        it.version,
        json.dumps(parts),
        it.duration_s,
        it.pass_mark,
        it.cooling_s,
        it.remote,
        it.pause_stops_clock,
        by,
        now,
    )
