"""A real database with one student, one module, and proctoring's services on it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.adapters.audit import Trail
from app.adapters.bell import MemoryBell
from app.adapters.db import Database, Tx
from app.adapters.sealing import Sealer
from app.kernel.findings import Finding
from app.kernel.ids import AccountId, LookId, ModuleCode, SittingId
from app.proctoring.domain.planning import Lease
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict
from app.proctoring.service.chance import Seeds
from app.proctoring.service.desk import Desk
from app.proctoring.service.looks import Looks
from app.proctoring.service.proctors import Proctors
from app.proctoring.service.sittings import Sittings
from app.proctoring.service.states import States
from app.proctoring.store import sittings as sitting_store
from app.proctoring.store.sittings import Seen

MODULE = ModuleCode("M1")
QUIET = (1310).to_bytes(32, "big")
"""A seed of random looks that come late: tests bring forward what they want."""
T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = T0

    def now(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def finding(verdict: Verdict) -> Finding | None:
    """What an engine would have to see for this verdict."""
    if verdict is Verdict.SYSTEM_UNAVAILABLE:
        return None
    seen = {
        Verdict.MATCH: {},
        Verdict.MISMATCH: {"similarity": 0.05},
        Verdict.DARK: {"similarity": 0.05, "luminance": 0.01},
        Verdict.NO_FACE: {"faces": 0},
        Verdict.SEVERAL_FACES: {"faces": 2},
        Verdict.NO_VIDEO: {"frames": 0, "faces": 0},
    }[verdict]
    base = {"frames": 3, "faces": 1, "luminance": 0.5, "sharpness": 300.0}
    known = {"similarity": 0.8, "face_height": 0.4, "turn": 3.0, "liveness": 0.9}
    return Finding(**{**base, **known, "engine": "test", "pack": "test", **seen})


@dataclass
class World:
    db: Database
    clock: HandClock
    desk: Desk
    student: AccountId
    active: bool = True

    def __post_init__(self) -> None:
        self.sittings = Sittings(self.desk)
        self.looks = Looks(self.desk)
        self.states = States(self.desk)
        self.proctors = Proctors(self.desk, Trail(Sealer("s" * 40)))

    async def open(self) -> SittingId:
        """A sitting whose video flows and whose first look is due."""
        opened = await self.sittings.open(self.student, MODULE)
        await self.sittings.streaming(self.student, opened.sitting, opened.epoch)
        return opened.sitting

    async def end(self, sitting: SittingId) -> None:
        """As a proctor would."""
        await self.proctors.end(self.student, sitting, "a test ends it")

    async def look(self, verdict: Verdict = Verdict.MATCH) -> Lease:
        """Claims the one look that is due and judges it a second later."""
        (lease,) = await self.looks.claim_due()
        self.clock.forward(1)
        assert await self.record(lease, verdict) is verdict
        return lease

    async def record(self, lease: Lease, verdict: Verdict) -> Verdict | None:
        return await self.looks.record(lease.look, lease.attempt, finding(verdict))

    async def study(self, seconds: int) -> None:
        """The student is present and studies."""
        for _ in range(0, seconds, 3):
            self.clock.forward(3)
            await self.seen()

    async def seen(self) -> list[SittingId]:
        async with self.db.transaction() as tx:
            found = await sitting_store.lock_open_of(tx, self.student)
            if found is None:
                return []
            page = Seen(
                found.watch.sitting,
                found.watch.epoch,
                self.student,
                self.clock.now(),
                self.clock.now() if self.active else None,
            )
            return await self.checkpoint(tx, [page])

    async def checkpoint(self, tx: Tx, pages: list[Seen]) -> list[SittingId]:
        lapse = timedelta(seconds=self.desk.policy.lapse_s)
        return await sitting_store.checkpoint(tx, pages, self.clock.now(), lapse)

    async def due_at_once(self, why: str) -> None:
        """Brings an open look forward, as waiting would."""
        async with self.db.transaction() as tx:
            await tx.execute(
                "UPDATE look SET due_at = $1 WHERE why = $2 AND judged_at IS NULL "
                "AND cancelled_at IS NULL",
                self.clock.now(),
                why,
            )

    async def seconds(self, state: str) -> float:
        total = await self.value(
            "SELECT coalesce(sum(extract(epoch FROM ended_at - started_at)), 0)"
            "::float8 FROM stretch WHERE state = $1 AND ended_at IS NOT NULL",
            state,
        )
        return float(total)

    async def value(self, query: str, *arguments: object) -> object:
        async with self.db.connection() as tx:
            return await tx.fetchval(query, *arguments)

    async def verdicts(self, look: LookId) -> object:
        return await self.value("SELECT verdict FROM look WHERE look_id = $1", look)


async def build_world(db: Database, policy: Policy | None = None) -> World:
    """One student, one module of one hour."""
    account = AccountId(uuid4())
    async with db.transaction() as tx:
        await tx.execute(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               VALUES ($1, $2, 'Test Student', 'student', 'x', now(), now())""",
            account,
            f"T{account.hex[:8].upper()}",
        )
        await tx.execute(
            """INSERT INTO study_set (code, title, mandatory) VALUES ('A', 'Set', true)
               ON CONFLICT DO NOTHING"""
        )
        await tx.execute(
            """INSERT INTO module (code, set_code, title, hours, summary, position)
               VALUES ($1, 'A', 'Module', 1, '', 1) ON CONFLICT DO NOTHING""",
            MODULE,
        )
    clock = HandClock()
    desk = Desk(
        db=db,
        clock=clock,
        bell=MemoryBell(),
        policy=policy or Policy(),
        seeds=Seeds(Sealer("s" * 40), lambda _: QUIET),
    )
    return World(db, clock, desk, account)
