"""Any order of answers, repeats, old turns, devices, disconnects, pauses and ends.

The real services on the real database; only the clock is ours. The oracle remembers
what was acknowledged, in its own words: that is what counts, to the last answer, and
nothing after the deadline ever does.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.adapters import db
from app.exams.domain.answers import Place, parse, to_json
from app.exams.domain.batches import BadTurn, Given, StaleAnswer
from app.exams.domain.exams import (
    EndedWhy,
    ExamOver,
    ExamPaused,
    ExamState,
    OpenedElsewhere,
)
from app.exams.domain.questions import QuestionKind
from app.exams.service.answers import Answers, Page
from app.exams.service.drawing import Wanted
from app.kernel.refusals import Refusal
from tests.stores.booking_world import MODULE, key
from tests.stores.entrance import run_machine
from tests.stores.exam_world import ExamWorld, build_exam_world

PLACES = st.integers(1, 6)
WRITTEN = st.sampled_from(["new", "new", "new", "again", "old", "other", "far"])
SELDOM = st.sampled_from([False, False, False, False, True])
DEVICES = st.sampled_from(["here", "here", "here", "before"])
GIVEN = st.sampled_from([None, 0, 1, 3, "1,5", "-2", [0], [2, 1], 99, "x", [7]])


@dataclass
class Oracle:
    """What was acknowledged of each place, by turn; and when it has to end."""

    deadline: datetime
    acknowledged: dict[int, dict[int, object]] = field(default_factory=dict)
    stopped_at: datetime | None = None
    over: bool = False
    epoch: int = 1

    def counts(self) -> dict[int, object]:
        return {place: turns[max(turns)] for place, turns in self.acknowledged.items()}

    def is_over(self, now: datetime) -> bool:
        return self.over or (self.stopped_at is None and now > self.deadline)

    def refuses(self, epoch: int, now: datetime) -> type[Refusal] | None:
        if self.is_over(now):
            return ExamOver
        if epoch != self.epoch:
            return OpenedElsewhere
        return ExamPaused if self.stopped_at else None


class Sitting(RuleBasedStateMachine):
    url = ""
    runner: asyncio.Runner

    def do(self, work):
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        self.database = await db.connect(self.url, size=3)
        async with self.database.transaction() as tx:
            # Each run has a student of its own, and the bank is made once.
            made = await tx.fetchval("SELECT count(*) FROM question")
        self.hall: ExamWorld = await _hall(self.database, made=bool(made))
        hall = self.hall
        wanted = Wanted(account=hall.world.student, module=MODULE)
        async with self.database.transaction() as tx:
            self.exam = await hall.exams.open(tx, wanted, hall.clock.now())
            begun = await hall.exams.begin(tx, self.exam.exam, hall.clock.now())
        self.oracle = Oracle(deadline=begun.deadline_at)
        async with self.database.connection() as tx:
            rows = await tx.fetch(
                """SELECT q.position, q.options, v.kind FROM exam_question q
                   JOIN question_version v USING (question_id, version)
                   WHERE exam_id = $1""",
                self.exam.exam,
            )
        self.places = {
            row["position"]: Place(
                kind=QuestionKind(row["kind"]), options=tuple(row["options"])
            )
            for row in rows
        }

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.do(self.database.close())

    @property
    def now(self) -> datetime:
        return self.hall.clock.now()

    def page(self, device: str) -> Page:
        epoch = self.oracle.epoch - (device == "before")
        return Page(account=self.exam.account, exam=self.exam.exam, epoch=epoch)

    def turn(self, place: int, how: str) -> int:
        newest = max(self.oracle.acknowledged.get(place, {0: None}))
        return {
            "new": newest + 1,
            "far": newest + 7,
            "again": newest,
            "old": newest - 1,
            "other": newest,
        }[how]

    # What happens.

    @rule(place=PLACES, how=WRITTEN, given=GIVEN, device=DEVICES)
    def answer(self, place: int, how: str, given: object, device: str) -> None:
        self.write([(place, self.turn(place, how), given)], device)

    @rule(
        batch=st.lists(st.tuples(PLACES, st.integers(0, 9), GIVEN), min_size=1),
        device=DEVICES,
    )
    def come_back_with_a_batch(self, batch: list, device: str) -> None:
        """As a page that was offline; with turns in any order, and some twice."""
        self.write(batch[:50], device)

    @rule(place=PLACES)
    def repeat_what_was_acknowledged(self, place: int) -> None:
        """The acknowledgement was lost on its way: whatever became of the exam since,
        it is said again, and never taken back."""
        for turn, kept in self.oracle.acknowledged.get(place, {}).items():
            shown = self.shown(place, kept)
            outcome = self.do(
                self.hall.answers.save(
                    self.page("here"), [Given(position=place, turn=turn, answer=shown)]
                )
            )
            assert [(it.position, it.turn) for it in outcome.saved] == [(place, turn)]

    @rule(places=st.sets(PLACES, min_size=2, max_size=4))
    def two_requests_at_the_same_moment(self, places: set[int]) -> None:
        """The same turn of one place with two answers: one is kept, and it is told
        which; the others of both come through."""
        place = min(places)
        if self.oracle.refuses(self.oracle.epoch, self.now):
            return
        turn = self.turn(place, "new")
        kind = self.places[place].kind
        one, other = {
            QuestionKind.SINGLE: (0, 1),
            QuestionKind.MULTIPLE: ([0], [1]),
            QuestionKind.NUMERIC: ("1", "2"),
        }[kind]

        async def both():
            page = self.page("here")
            return await asyncio.gather(
                *(
                    self.hall.answers.save(
                        page, [Given(position=place, turn=turn, answer=it)]
                    )
                    for it in (one, other)
                )
            )

        outcomes = self.do(both())
        assert sum(len(it.saved) for it in outcomes) == 1
        (refused,) = [it for o in outcomes for it in o.refused]
        assert isinstance(refused.refusal, StaleAnswer)
        (saved,) = [it for o in outcomes for it in o.saved]
        answer = to_json(parse(self.places[place], saved.answer))
        self.oracle.acknowledged.setdefault(place, {})[turn] = answer

    @rule(seconds=st.sampled_from([1, 30, 300, 900, 1500]))
    def wait(self, seconds: int) -> None:
        self.hall.forward(seconds=seconds)

    @rule(beyond=st.sampled_from([0, 0.000001]), sure=SELDOM)
    def wait_until_the_deadline(self, beyond: float, sure: bool) -> None:
        if sure and self.oracle.stopped_at is None and self.now < self.oracle.deadline:
            late = timedelta(seconds=beyond)
            self.hall.clock.time = self.oracle.deadline + late

    @rule()
    def open_on_another_device(self) -> None:
        wanted = Wanted(account=self.exam.account, module=MODULE)

        async def reopen():
            async with self.database.transaction() as tx:
                return await self.hall.exams.open(tx, wanted, self.now)

        if self.oracle.over:
            return  # That would be another go.
        if self.oracle.is_over(self.now):
            with pytest.raises(ExamOver):
                self.do(reopen())
            return
        exam = self.do(reopen())
        self.oracle.epoch += 1
        assert exam.epoch == self.oracle.epoch

    @rule()
    def restart_the_process(self) -> None:
        """What is remembered in memory is only remembered."""
        self.hall.answers = Answers(self.database, self.hall.clock)

    @rule()
    def pause(self) -> None:
        if not self.oracle.is_over(self.now) and self.oracle.stopped_at is None:
            self.oracle.stopped_at = self.now
        self.change(self.hall.exams.pause)

    @rule()
    def resume(self) -> None:
        if self.oracle.stopped_at is not None and not self.oracle.over:
            self.oracle.deadline += self.now - self.oracle.stopped_at
            self.oracle.stopped_at = None
        self.change(self.hall.exams.resume)

    @rule(device=DEVICES, sure=SELDOM)
    def hand_in(self, device: str, sure: bool) -> None:
        if not sure:
            return  # Most pages are left open for long.
        page = self.page(device)
        work = self.hall.exams.hand_in(page.account, page.exam, page.epoch, key())
        was_over = self.oracle.is_over(self.now)
        if not was_over and page.epoch != self.oracle.epoch:
            with pytest.raises(OpenedElsewhere):
                self.do(work)
            return
        exam = self.do(work)
        assert exam.state is ExamState.ENDED
        if not was_over:
            assert exam.ended_why is EndedWhy.HANDED_IN
        self.oracle.over = True

    @rule()
    def sweep(self) -> None:
        paused_most = timedelta(minutes=self.hall.exams.policy.paused_most_min)
        stopped = self.oracle.stopped_at
        if stopped and self.now - stopped >= paused_most:
            self.oracle.over = True
        self.oracle.over |= self.oracle.is_over(self.now)
        self.do(self.hall.exams.sweep())

    # What always holds.

    @invariant()
    def what_was_acknowledged_counts_and_nothing_else(self) -> None:
        if not hasattr(self, "oracle"):
            return
        rows = self.do(self._kept())
        assert {it["position"]: json.loads(it["answer"]) for it in rows} == (
            self.oracle.counts()
        )
        for row in rows:
            assert row["at"] <= row["deadline_at"]

    @invariant()
    def it_ends_once(self) -> None:
        if hasattr(self, "oracle"):
            mine = [it for it in self.hall.ended if it[0] == self.exam.exam]
            exam = self.do(self.hall.exam(self.exam.exam))
            assert len(mine) == (exam.state is ExamState.ENDED)
            assert exam.state is not ExamState.ENDED or self.oracle.is_over(self.now)
            assert not self.oracle.over or exam.state is ExamState.ENDED
            if exam.state is not ExamState.ENDED:
                assert exam.deadline_at == self.oracle.deadline

    # How it is done.

    def write(self, batch: list, device: str) -> None:
        page = self.page(device)
        given = [Given(position=p, turn=t, answer=a) for p, t, a in batch]
        work = self.hall.answers.save(page, given)
        refused = None
        try:
            outcome = self.do(work)
        except Refusal as refusal:
            refused = type(refusal)
        if refused is not None:
            assert refused is self.oracle.refuses(page.epoch, self.now)
            return
        readable = {(it.position, it.turn): it for it in outcome.saved}
        for place, turn, answer in batch:
            self.check(place, turn, answer, saved=(place, turn) in readable)
        if any(not self.known(*it) for it in readable):
            assert self.oracle.refuses(page.epoch, self.now) is None
        for (place, turn), it in readable.items():
            kept = to_json(parse(self.places[place], it.answer))
            known = self.oracle.acknowledged.setdefault(place, {})
            assert known.setdefault(turn, kept) == kept
        for it in outcome.refused:
            assert isinstance(it.refusal, Refusal)

    def check(self, place: int, turn: int, answer: object, *, saved: bool) -> None:
        """An old turn is acknowledged only if it was before; nonsense never is."""
        try:
            parse(self.places[place], answer)
            if turn < 1:
                raise BadTurn
        except Refusal:
            return
        known = self.oracle.acknowledged.get(place, {})
        if known and turn < max(known) and turn not in known:
            assert not saved

    def known(self, place: int, turn: int) -> bool:
        return turn in self.oracle.acknowledged.get(place, {})

    def shown(self, place: int, kept: object) -> object:
        options = self.places[place].options
        if isinstance(kept, list):
            return [options.index(it) for it in kept]
        return options.index(kept) if isinstance(kept, int) else kept

    def change(self, act) -> None:
        async def work():
            async with self.database.transaction() as tx:
                await act(tx, self.exam.exam, self.now)

        self.do(work())
        self.oracle.over |= self.oracle.is_over(self.now) and act.__name__ == "pause"

    async def _kept(self) -> list[asyncpg.Record]:
        async with self.database.connection() as tx:
            return await tx.fetch(
                """SELECT DISTINCT ON (position) position, answer, at, deadline_at
                   FROM exam_answer JOIN exam USING (exam_id) WHERE exam_id = $1
                   ORDER BY position, turn DESC""",
                self.exam.exam,
            )


async def _hall(database: db.Database, *, made: bool) -> ExamWorld:
    return await build_exam_world(database, remote=True, bank=not made)


def test_whatever_happens_what_was_acknowledged_is_what_counts(database_url):
    run_machine(Sitting, database_url, examples=40, steps=40)
