"""Exams that were sat, put into a real database by SQL, and what grades them."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.accounts.domain.people import Identity, Role
from app.adapters.bell import MemoryBell
from app.adapters.db import Database
from app.adapters.signing import Signer
from app.exams.domain.bodies import to_json
from app.exams.domain.policy import ExamsPolicy
from app.exams.domain.questions import Option, Question, QuestionKind
from app.exams.domain.results import Undecided
from app.exams.service.exams import Exams
from app.exams.service.graders import open_graders
from app.exams.service.grading import Regraded
from app.kernel.ids import AccountId, ExamId, ModuleCode, QuestionId
from tests.stores.entrance import SECRET, LetterBox, SetClock, gatehouse_on

T0 = datetime(2026, 11, 2, 9, tzinfo=UTC)
MODULE = ModuleCode("M1")
RIGHT, WRONG = 1, 0


def question(name: str, tag: str = "law") -> Question:
    """Its second option is right."""
    return Question(
        name=name,
        kind=QuestionKind.SINGLE,
        text=f"What is {name}?",
        options=(Option(text="no", is_right=False), Option(text="yes", is_right=True)),
        tags=(tag,),
    )


async def run(db: Database, query: str, *arguments: object) -> None:
    async with db.transaction() as tx:
        await tx.execute(query, *arguments)


async def value(db: Database, query: str, *arguments: object) -> object:
    async with db.connection() as tx:
        return await tx.fetchval(query, *arguments)


async def add_blueprint(db: Database, module: str = MODULE, **given: object) -> None:
    await run(
        db,
        """INSERT INTO blueprint (module_code, version, parts, duration_s, pass_mark,
               cooling_s, made_at)
           VALUES ($1, $2, '[]', 3600, $3, $4, now())""",
        module,
        given.get("version", 1),
        given.get("pass_mark", 50),
        given.get("cooling_s", 0),
    )


async def add_question(db: Database, it: Question, module: str = MODULE) -> QuestionId:
    """Its first version."""
    found = QuestionId(uuid4())
    await run(
        db,
        """INSERT INTO question (question_id, module_code, name, made_at)
           VALUES ($1, $2, $3, now())""",
        found,
        module,
        it.name,
    )
    await run(
        db,
        """INSERT INTO question_version
               (question_id, version, kind, body, tags, made_at)
           VALUES ($1, 1, $2, $3, $4, now())""",
        found,
        it.kind,
        json.dumps(to_json(it)),
        list(it.tags),
    )
    return found


async def add_bank(
    db: Database, count: int = 4, module: str = MODULE
) -> list[QuestionId]:
    """So many, of two parts by turns."""
    tags = ("law", "cost")
    return [
        await add_question(db, question(f"q{n}", tags[n % 2]), module)
        for n in range(count)
    ]


async def sit(
    db: Database,
    account: AccountId,
    paper: list[QuestionId],
    answers: list[object],
    *,
    ended_at: datetime,
    module: str = MODULE,
    ended: bool = True,
) -> ExamId:
    """One go that took half an hour; `answers` by place, some may be missing."""
    exam, tags = ExamId(uuid4()), ("law", "cost")
    started = ended_at - timedelta(minutes=30)
    async with db.transaction() as tx:
        await tx.execute(
            """INSERT INTO exam (exam_id, account_id, module_code, blueprint_version,
                   seed, state, drawn_at, duration_s, started_at, deadline_at)
               VALUES ($1, $2, $3, 1, $4, 'running', $5, 3600, $5,
                   $5::timestamptz + interval '1 hour')""",
            exam,
            account,
            module,
            bytes(32),
            started,
        )
        for n, it in enumerate(paper):
            await tx.execute(
                """INSERT INTO exam_question
                       (exam_id, position, question_id, version, part_tag, options)
                   VALUES ($1, $2, $3, 1, $4, '{1,0}')""",
                exam,
                n + 1,
                it,
                tags[n % 2],
            )
        for n, answer in enumerate(answers, start=1):
            await answer_at(tx, exam, n, 1, answer, started)
        if ended:
            await tx.execute(
                """UPDATE exam SET state = 'ended', ended_at = $2,
                       ended_why = 'handed_in' WHERE exam_id = $1""",
                exam,
                ended_at,
            )
    return exam


async def answer_at(tx, exam, position, turn, answer, at) -> None:
    await tx.execute(
        """INSERT INTO exam_answer (exam_id, position, turn, answer, at)
           VALUES ($1, $2, $3, $4, $5)""",
        exam,
        position,
        turn,
        json.dumps(answer),
        at,
    )


@dataclass
class ExamWorld:
    """`undecided` is what the slice that keeps sittings would tell."""

    db: Database
    clock: SetClock
    policy: ExamsPolicy = field(default_factory=ExamsPolicy)
    undecided: dict[ExamId, Undecided] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.box = LetterBox()
        self.signer = Signer(SECRET)
        self.house = gatehouse_on(self.db, self.clock, self.box)
        graders = open_graders(
            self.house, self.signer, self.policy, self.undecided_of, self.doubtful
        )
        self.telling = graders.telling
        self.results, self.grading = graders.results, graders.grading
        self.certificates, self.annulling = graders.certificates, graders.annulling
        self.paper: list[QuestionId] = []

    async def doubtful(self, tx):
        return [exam for exam, it in self.undecided.items() if it.open_incidents]

    async def undecided_of(self, tx, exams):
        return {exam: it for exam, it in self.undecided.items() if exam in exams}

    async def student(self) -> AccountId:
        account = AccountId(uuid4())
        await run(
            self.db,
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at, email)
               VALUES ($1, $2, 'Asha Rao', 'student', 'x', now(), now(), $3)""",
            account,
            f"T{account.hex[:10].upper()}",
            f"{account.hex[:10]}@example.org",
        )
        return account

    async def admin(self) -> Identity:
        account = AccountId(uuid4())
        await run(
            self.db,
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               VALUES ($1, $2, 'Anita Bose', 'admin', 'x', now(), now())""",
            account,
            f"A{account.hex[:10].upper()}",
        )
        return Identity(
            account=account,
            srn=f"A{account.hex[:10].upper()}",
            name="Anita Bose",
            role=Role.ADMIN,
            login=UUID(int=0),
            proved_at=T0,
            language="en",
            time_zone="Asia/Kolkata",
        )

    async def sat(
        self, *answers: object, account: AccountId | None = None, graded: bool = True
    ) -> ExamId:
        """Ended just now; graded in a transaction of its own."""
        account = account or await self.student()
        now = self.clock.now()
        exam = await sit(self.db, account, self.paper, list(answers), ended_at=now)
        if graded:
            async with self.db.transaction() as tx:
                await self.grading.grade(tx, exam, now)
        return exam

    async def left_paused(self, *answers: object) -> ExamId:
        """Paused, and let go on by nobody: the sweep ended it."""
        account, now = await self.student(), self.clock.now()
        exam = await sit(
            self.db, account, self.paper, list(answers), ended_at=now, ended=False
        )
        await run(self.db, "UPDATE exam SET state = 'paused', paused_at = $1", now)
        await self._sweep(self.policy.paused_most_min)
        return exam

    async def never_begun(self, account: AccountId) -> ExamId:
        """Opened, and no look was passed in time: the sweep ended it."""
        now = self.clock.now()
        exam = await sit(self.db, account, self.paper, [], ended_at=now, ended=False)
        await run(
            self.db,
            """UPDATE exam SET state = 'ready', started_at = NULL, deadline_at = NULL,
                   drawn_at = $1""",
            now,
        )
        await self._sweep(self.policy.begin_within_min)
        return exam

    async def _sweep(self, minutes: float) -> None:
        exams = Exams(self.house, MemoryBell(), self.policy)
        exams.on_ended.append(self.grading.on_ended)
        self.clock.forward(minutes=minutes)
        assert await exams.sweep() == 1

    async def grading_of(self, exam: ExamId) -> object:
        return await self.value(
            "SELECT percent FROM exam_grade WHERE exam_id = $1", exam
        )

    async def regrade(
        self, by: Identity, question: QuestionId, version: int, why: str
    ) -> Regraded:
        """As the page that withdraws a question does it."""
        await self.grading.withdraw(by, question, version, why)
        return await self.grading.regrade_version(question, version)

    async def owner(self, exam: ExamId) -> AccountId:
        return await self.value("SELECT account_id FROM exam WHERE exam_id = $1", exam)

    async def result(self, exam: ExamId):
        return await self.results.result_of(await self.owner(exam), exam)

    async def settle(self) -> int:
        """Some time later, housekeeping comes by."""
        self.clock.forward(minutes=self.policy.settle_after_min)
        return await self.results.issue_due()

    def letters(self) -> list[str]:
        return [it.kind for it in self.box.letters]

    async def run(self, query: str, *arguments: object) -> None:
        await run(self.db, query, *arguments)

    async def value(self, query: str, *arguments: object):
        return await value(self.db, query, *arguments)

    async def trail(self) -> list[str]:
        async with self.db.connection() as tx:
            rows = await tx.fetch("SELECT what FROM audit_event ORDER BY seq")
        return [row["what"] for row in rows]


async def build_exam_world(db: Database, questions: int = 4, **given) -> ExamWorld:
    world = ExamWorld(db, SetClock(T0), **given)
    await world.run(
        """INSERT INTO study_set (code, title, mandatory) VALUES ('A', 'Set', true)
           ON CONFLICT DO NOTHING"""
    )
    await world.run(
        """INSERT INTO module (code, set_code, title, hours, summary, position)
           VALUES ('M1', 'A', 'Company law', 40, '', 1) ON CONFLICT DO NOTHING"""
    )
    await add_blueprint(db)
    world.paper = await add_bank(db, questions)
    return world
