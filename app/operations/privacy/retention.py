"""Retention: once a day what has had its time goes, and a signed report says so.

Every rule is a transaction of its own that may run twice. The report comes last: a job
that is cut off, or meets a fault, writes none and runs again.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from app.adapters.db import Database, Tx
from app.adapters.signing import Signer, seal_text, verify_text
from app.kernel.clock import Clock
from app.operations.privacy import retention_store as store
from app.operations.privacy.policy import RetentionPolicy

UNFINISHED = timedelta(days=1)
"""A device check that was left takes no more pictures."""
Rule: TypeAlias = Callable[[Tx], Awaitable[int]]
Sweep: TypeAlias = Callable[[datetime], Awaitable[dict[str, int]]]
"""Another slice's own clearing up: what it did, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    number: int
    made_at: datetime
    signed: bytes
    genuine: bool


class Retention:
    """`sweeps`: of slices that keep things outside their own tables too."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        signer: Signer,
        policy: RetentionPolicy,
        sweeps: list[Sweep],
    ) -> None:
        self._db = db
        self._clock = clock
        self._signer = signer
        self._policy = policy
        self._sweeps = sweeps

    async def run_daily(self) -> bool:
        """Runs unless today's report is there; False then."""
        async with self._db.connection() as tx:
            if await store.has_report(tx, self._clock.now().date()):
                return False
        return await self.run()

    async def run(self) -> bool:
        """False when another process is at it just now."""
        async with self._db.transaction() as tx:
            if not await store.alone(tx):
                return False
            now = self._clock.now()
            done = {name: await self._apply(rule) for name, rule in self._rules(now)}
            for sweep in self._sweeps:
                done |= await sweep(now)
            signed = seal_text(self._text(now, done), self._signer)
            await store.save_report(tx, now, signed)
        return True

    async def reports(self, last: int) -> list[Report]:
        """The newest first."""
        async with self._db.connection() as tx:
            rows = await store.reports(tx, last)
        return [
            Report(
                number=row["report_id"],
                made_at=row["made_at"],
                signed=row["signed"],
                genuine=verify_text(row["signed"], self._signer),
            )
            for row in rows
        ]

    async def _apply(self, rule: Rule) -> int:
        async with self._db.transaction() as tx:
            return await rule(tx)

    def _rules(self, now: datetime) -> list[tuple[str, Rule]]:
        policy = self._policy
        ended = (now - timedelta(days=policy.template_days)).date()
        unseen = now - timedelta(days=policy.logins_days)
        compared = now - timedelta(days=policy.captures_days)
        decided = now - timedelta(days=policy.requests_days)
        viewed = now - timedelta(days=policy.views_days)
        sat = now - timedelta(days=policy.events_days)
        return [
            (
                "templates of ended programmes",
                lambda tx: store.forget_templates(tx, ended),
            ),
            (
                "pictures of device checks",
                lambda tx: store.forget_captures(
                    tx, unfinished=now - UNFINISHED, waiting=compared
                ),
            ),
            ("keys without consent", store.shred_unwanted),
            ("devices not seen again", lambda tx: store.forget_devices(tx, unseen)),
            ("failed log-ins", lambda tx: store.forget_failures(tx, unseen)),
            (
                "decided registrations",
                lambda tx: store.forget_registrations(tx, decided),
            ),
            (
                "decided requests for a photo",
                lambda tx: store.forget_photo_requests(tx, decided),
            ),
            ("views of live video", lambda tx: store.forget_views(tx, viewed)),
            ("what browsers told in tests", lambda tx: store.forget_events(tx, sat)),
        ]

    def _text(self, now: datetime, done: dict[str, int]) -> str:
        told = {
            "report": "retention",
            "made_at": now.isoformat(timespec="seconds"),
            "policy": self._policy.model_dump(),
            "done": done,
        }
        return json.dumps(told, indent=2) + "\n"
