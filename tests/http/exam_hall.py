"""A test that can be sat over HTTP: a bank, a booked seat, and a worker that looks."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from aiohttp import web

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.bell import RedisBell
from app.adapters.db import Database
from app.adapters.redis import connect
from app.adapters.sealing import Sealer
from app.booking.views.door import DOOR
from app.exams.domain.policy import ExamsPolicy
from app.exams.service.exams import Exams
from app.kernel.ids import AccountId, SeatId, SlotId
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict
from app.proctoring.service.chance import Seeds
from app.proctoring.service.desk import Desk
from app.proctoring.service.exam_clock import ExamClock
from app.proctoring.service.exam_sittings import ExamSittings
from app.proctoring.service.looks import Looks
from tests.stores.exam_world import put_bank, put_blueprint, questions
from tests.stores.world import finding

MODULE = "CEL"


async def put_seat(database: Database, account: UUID, **more: object) -> UUID:
    """Booked and free of charge; its slot began a minute ago, and its admit card was
    scanned, unless it is not `shown`."""
    centre, slot, order, seat = (uuid4() for _ in range(4))
    since = more.get("since", timedelta(minutes=1))
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO centre (centre_id, code, name, city, address, time_zone,
                   capacity, made_at)
               VALUES ($1, $2, 'Institute', 'Kochi', '1 Main Road', 'Asia/Kolkata',
                   100, now())""",
            centre,
            centre.hex[:10].upper(),
        )
        await tx.execute(
            """INSERT INTO slot (slot_id, centre_id, day, starts_at, ends_at, opens_at,
                   closes_at, capacity, made_at)
               SELECT $1, $2, at::date, at, at + interval '2 hours',
                   at - interval '9 days', at - interval '1 hour', 10, now()
               FROM (SELECT now() - $3::interval AS at) x""",
            slot,
            centre,
            since,
        )
        await tx.execute(
            """INSERT INTO test_order (order_id, account_id, module_code, kind,
                   amount_minor, currency, made_at)
               VALUES ($1, $2, $3, 'fee', 0, 'INR', now())""",
            order,
            account,
            MODULE,
        )
        await tx.execute(
            """INSERT INTO seat (seat_id, slot_id, account_id, module_code, state,
                   order_id, held_at, booked_at)
               VALUES ($1, $2, $3, $4, $6, $5, now(), now())""",
            seat,
            slot,
            account,
            MODULE,
            order,
            "attended" if more.get("shown", True) else "booked",
        )
    return seat


async def let_in(app: web.Application, database: Database, seat: UUID) -> None:
    """A proctor scans the admit card at the door."""
    async with database.connection() as tx:
        slot = await tx.fetchval("SELECT slot_id FROM seat WHERE seat_id = $1", seat)
        by = await tx.fetchval("SELECT account_id FROM account WHERE srn = 'PROCTOR1'")
    await app[DOOR].let_in(AccountId(by), SlotId(slot), SeatId(seat))


@dataclass
class ExamHall:
    """`worker`: what housekeeping and the matcher do, in this process."""

    database: Database
    gatehouse: Gatehouse
    redis_url: str
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        redis = connect(self.redis_url)
        self._redis = redis
        bell = RedisBell(redis, redis)
        self.exams = Exams(self.gatehouse, bell, ExamsPolicy())
        self.desk = Desk(
            db=self.database,
            clock=self.gatehouse.clock,
            bell=bell,
            policy=Policy(),
            seeds=Seeds(Sealer("s" * 40)),
            exams=ExamClock(self.exams),
        )
        self.sittings = ExamSittings(self.desk, self.exams)

    async def close(self) -> None:
        await self._redis.aclose()

    async def prepare(self) -> None:
        await put_bank(self.database, MODULE, questions())
        await put_blueprint(self.database, MODULE)

    async def look(self, verdict: Verdict = Verdict.MATCH) -> None:
        looks = Looks(self.desk)
        for lease in await looks.claim_due():
            await looks.record(lease.look, lease.attempt, finding(verdict))

    async def run(self, query: str, *arguments: object) -> None:
        async with self.database.transaction() as tx:
            await tx.execute(query, *arguments)
