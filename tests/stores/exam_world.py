"""A bank, a blueprint, booked seats and everything that sitting a test needs."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from app.adapters.bell import MemoryBell
from app.adapters.db import Database
from app.adapters.sealing import Sealer
from app.exams.domain.batches import Given
from app.exams.domain.bodies import to_json
from app.exams.domain.policy import ExamsPolicy
from app.exams.domain.questions import Option, Question, QuestionKind, Span
from app.exams.service.answers import Answers, Page
from app.exams.service.exams import Exams
from app.exams.service.papers import Papers
from app.kernel.ids import AccountId, ExamId, SeatId
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict
from app.proctoring.service.chance import Seeds
from app.proctoring.service.desk import Desk
from app.proctoring.service.exam_clock import ExamClock
from app.proctoring.service.exam_sittings import ExamSittings, OpenedExam
from tests.stores.booking_world import MODULE, T0, BookingWorld, build_booking_world
from tests.stores.world import QUIET, World

CANARY = "CANARY"
DURATION_S = 3600


def questions(count: int = 2, tag: str = "basics") -> list[Question]:
    """`count` of each kind. What is right carries a canary wherever it stands, but for
    the texts that a student has to read."""
    found = []
    for n in range(count):
        texts = [f"{tag} option {n}{letter}" for letter in "abcd"]
        for kind, right in (("single", {1}), ("multiple", {0, 2})):
            options = tuple(
                Option(
                    text=f"{kind} {text}",
                    is_right=place in right,
                    feedback=f"{CANARY} says why {place}",
                )
                for place, text in enumerate(texts)
            )
            found.append(
                _question(f"{tag} {kind} {n}", QuestionKind(kind), tag, options)
            )
        span = Span(low=Decimal(f"7731{n}.25"), high=Decimal(f"7731{n}.5"))
        made = _question(f"{tag} numeric {n}", QuestionKind.NUMERIC, tag, (), (span,))
        found.append(made)
    return found


def _question(name, kind, tag, options=(), spans=()) -> Question:
    return Question(
        name=f"{CANARY} {name}",
        kind=kind,
        text=f"What of {name}?",
        options=options,
        spans=spans,
        tags=(tag, f"{CANARY}-tag"),
        feedback=f"{CANARY} {name}: read again",
    )


async def put_bank(database: Database, module: str, bank: list[Question]) -> None:
    async with database.transaction() as tx:
        for it in bank:
            question = uuid5(NAMESPACE_URL, f"{module}/{it.name}")
            await tx.execute(
                """INSERT INTO question (question_id, module_code, name, made_at)
                   VALUES ($1, $2, $3, now())""",
                question,
                module,
                it.name,
            )
            await tx.execute(
                """INSERT INTO question_version (question_id, version, kind, body, tags,
                       made_at) VALUES ($1, 1, $2, $3, $4, now())""",
                question,
                it.kind,
                json.dumps(to_json(it)),
                list(it.tags),
            )


async def put_blueprint(database: Database, module: str, **more: object) -> None:
    """Six of `basics` in an hour, unless told otherwise."""
    parts = more.get("parts", [{"tag": "basics", "count": 6}])
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO blueprint (module_code, version, parts, duration_s,
                   cooling_s, remote, pause_stops_clock, made_at)
               SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, now()
               FROM blueprint WHERE module_code = $1""",
            module,
            json.dumps(parts),
            more.get("duration_s", DURATION_S),
            more.get("cooling_s", 0),
            more.get("remote", False),
            more.get("pause_stops_clock", True),
        )


@dataclass
class ExamWorld:
    db: Database
    booking: BookingWorld
    world: World
    exams: Exams
    sittings: ExamSittings
    ended: list[tuple[ExamId, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = self.booking.clock
        self.answers = Answers(self.db, self.clock)
        self.papers = Papers(self.exams)
        self.exams.on_ended.append(self._note_end)

    async def _note_end(self, tx, exam, now) -> None:
        self.ended.append((exam.exam, str(exam.ended_why)))

    async def seat(
        self, account: AccountId | None = None, *, shown: bool = True
    ) -> SeatId:
        """Booked; the clock stands at the beginning of its slot. `shown`: its admit
        card was scanned at the door."""
        account = account or self.world.student
        ahead = (self.clock.now() - T0) / timedelta(days=1) + 1
        slot = await self.booking.slot(capacity=9, days=ahead)
        seat = await self.booking.book(account, slot)
        starts = await self.value("SELECT starts_at FROM slot WHERE slot_id = $1", slot)
        assert isinstance(starts, datetime)
        self.clock.time = starts
        if shown:
            await self.run(
                "UPDATE seat SET state = 'attended' WHERE seat_id = $1", seat
            )
        return seat

    async def open(self, seat: SeatId | None = None) -> OpenedExam:
        """Opened, and the video flows: the start look is due."""
        seat = seat or await self.seat()
        opened = await self.sittings.open_for_seat(self.world.student, seat)
        await self.world.sittings.streaming(
            self.world.student, opened.sitting, opened.epoch
        )
        return opened

    async def begin(self, seat: SeatId | None = None) -> OpenedExam:
        """The start look has passed."""
        opened = await self.open(seat)
        await self.world.look(Verdict.MATCH)
        return opened

    def page(self, opened: OpenedExam) -> Page:
        exam = opened.exam
        return Page(account=exam.account, exam=exam.exam, epoch=exam.epoch)

    async def answer(self, page: Page, position: int, turn: int, answer: object):
        given = Given(position=position, turn=turn, answer=answer)
        return await self.answers.save(page, [given])

    async def exam(self, exam: ExamId):
        async with self.db.connection() as tx:
            return await self.exams.look_up(tx, exam)

    async def paper(self, opened: OpenedExam) -> dict:
        return await self.papers.paper(opened.exam.account, opened.exam.exam)

    async def value(self, query: str, *arguments: object) -> object:
        return await self.booking.value(query, *arguments)

    async def run(self, query: str, *arguments: object) -> None:
        await self.booking.run(query, *arguments)

    def forward(self, **by: float) -> None:
        self.clock.time += timedelta(**by)


async def build_exam_world(
    db: Database,
    *,
    policy: Policy | None = None,
    own: ExamsPolicy | None = None,
    bank: bool = True,
    **blueprint: object,
) -> ExamWorld:
    booking = await build_booking_world(db)
    await booking.run(
        """INSERT INTO study_set (code, title, mandatory) VALUES ('A', 'Set', true)
           ON CONFLICT DO NOTHING"""
    )
    if bank:
        await put_bank(db, MODULE, questions())
    await put_blueprint(db, MODULE, **blueprint)
    bell = MemoryBell()
    # A seed of zeros: the same paper every time, so that a failure can be repeated.
    exams = Exams(booking.house, bell, own or ExamsPolicy(), source=bytes)
    desk = Desk(
        db=db,
        clock=booking.clock,
        bell=bell,
        policy=policy or Policy(),
        seeds=Seeds(Sealer("s" * 40), lambda _: QUIET),
        exams=ExamClock(exams),
    )
    world = World(db, booking.clock, desk, await booking.student())
    return ExamWorld(db, booking, world, exams, ExamSittings(desk, exams))
