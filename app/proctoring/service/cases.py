"""What reviewers see of incidents: the queue, one case, who decided how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.accounts.service.photos import Photos
from app.adapters.db import Row, Tx
from app.exams.domain.events import NOTHING_TOLD, Told
from app.exams.service.events import told_between, told_of
from app.kernel.ids import AccountId, ExamId, SittingId
from app.proctoring.domain.incidents import COLLECT, TO_REVIEW, Standing, advice
from app.proctoring.domain.unpictured import Unpictured, clip_alone, why_no_picture
from app.proctoring.domain.words import State
from app.proctoring.service.desk import Desk
from app.proctoring.service.evidence import Evidence, NoSuchPicture
from app.proctoring.service.incidents import Incidents, NoSuchIncident
from app.proctoring.store import incident_pages as store
from app.proctoring.store.evidence import Picture

DAYS = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One incident with all that is known of it. `mine`: this person may decide;
    `unpictured`: why there is no picture, where there is none; `told`: of a test, what
    its browser told in all; the timeline has what was told near the incident."""

    row: Row
    parts: list[Row]
    decisions: list[Row]
    timeline: list[Mapping[str, Any]]
    told: Told
    twins: list[Row]
    pictures: list[Picture]
    unpictured: str
    advice: list[str]
    void_s: float
    mine: bool
    before: UUID | None
    after: UUID | None


class Cases:
    def __init__(
        self, desk: Desk, incidents: Incidents, evidence: Evidence, photos: Photos
    ) -> None:
        self._desk = desk
        self._incidents = incidents
        self._evidence = evidence
        self._photos = photos

    async def queue(
        self, by: AccountId, kind: str | None = None, module: str | None = None
    ) -> list[Row]:
        """What this person may decide now, the most urgent first."""
        async with self._desk.db.connection() as tx:
            now = self._desk.clock.now()
            return await store.queue(tx, by, now, kind, module)

    async def show(self, by: AccountId, incident: UUID) -> CasePage:
        """Raises NoSuchIncident. Who may decide it has it for five minutes."""
        queue = [row["incident_id"] for row in await self.queue(by)]
        free = await self._incidents.take(by, incident) if incident in queue else False
        at = queue.index(incident) if incident in queue else -1
        now = self._desk.clock.now()
        async with self._desk.db.connection() as tx:
            row = await store.one(tx, incident)
            if row is None:
                raise NoSuchIncident
            parts = await store.parts(tx, incident)
            return CasePage(
                row=row,
                parts=parts,
                decisions=await store.decisions(tx, incident),
                timeline=await _timeline(tx, row),
                told=await _told(tx, row["exam_id"]),
                twins=await store.twins(tx, incident),
                pictures=await self._evidence.of(incident),
                unpictured=why_no_picture(_unpictured(row, parts), now),
                advice=advice([part["kind"] for part in parts]),
                void_s=await store.void_seconds(tx, incident),
                mine=free and Standing(row["state"]) in TO_REVIEW,
                before=queue[at - 1] if at > 0 else None,
                after=queue[at + 1] if -1 < at < len(queue) - 1 else None,
            )

    async def reference(self, by: AccountId, incident: UUID) -> bytes:
        """The profile photo beside the evidence; the trail has who looked."""
        async with self._desk.db.connection() as tx:
            row = await store.one(tx, incident)
        if row is None:
            raise NoSuchIncident
        account = AccountId(row["account_id"])
        jpeg = await self._photos.photo(account)
        if jpeg is None:
            raise NoSuchPicture
        async with self._desk.db.transaction() as tx:
            await self._evidence.note(tx, by, account, incident, "reference")
        return jpeg

    async def figures(self) -> list[Row]:
        """Of each reviewer, the last seven days."""
        now = self._desk.clock.now()
        async with self._desk.db.connection() as tx:
            return await store.figures(tx, now - DAYS, now - DAY)


async def _timeline(tx: Tx, row: Row) -> list[Mapping[str, Any]]:
    """With what a test's browser told near the incident."""
    rows = await store.timeline(tx, SittingId(row["sitting_id"]))
    lines: list[Mapping[str, Any]] = [dict(it) for it in rows]
    if row["exam_id"] is None:
        return lines
    near = row["raised_at"] - COLLECT, row["last_at"] + COLLECT
    lines += [
        {"at": it.at, "what": "event", "word": it.words, "detail": None}
        for it in await told_between(tx, ExamId(row["exam_id"]), *near)
    ]
    return sorted(lines, key=lambda line: line["at"])


async def _told(tx: Tx, exam: ExamId | None) -> Told:
    if exam is None:
        return NOTHING_TOLD
    return (await told_of(tx, [exam])).get(exam, NOTHING_TOLD)


def _unpictured(row: Row, parts: list[Row]) -> Unpictured:
    return Unpictured(
        pictures=row["pictures"],
        took_back=row["took_back"],
        by_person=any(part["by_person"] for part in parts),
        clip_at=clip_alone([(part["kind"], part["at"]) for part in parts]),
        is_open=row["state"] == Standing.OPEN and row["sitting_state"] != State.ENDED,
    )
