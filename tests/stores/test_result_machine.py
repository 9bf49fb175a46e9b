"""Any order of incidents, holds, rulings, gradings and housekeeping of one result.

The student never reads it while anything is open, a hold stands, an upheld incident
waits for an admin, or it is annulled; nor does a letter tell it, nor is it certified.
The oracle keeps its own books, and knows which act is refused, and why. The real
services on the real database; the sitting's incidents and the clock are ours.
"""

import asyncio
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.adapters import db
from app.exams.domain import results
from app.exams.domain.results import (
    HeldAlready,
    Incident,
    NotHeld,
    State,
    Undecided,
)
from app.exams.domain.rulings import Annulled, DecideFirst, NotAnnulled
from app.kernel.refusals import Refusal
from tests.stores.entrance import SetClock, run_machine
from tests.stores.result_world import (
    MODULE,
    RIGHT,
    T0,
    WRONG,
    ExamWorld,
    add_question,
    build_exam_world,
    question,
)

WHY = "Somebody has looked at it closely."
WHICH = st.integers(0, 2)
TELLING = {"result_there", "result_released", "result_regraded"}
VISIBLE = {State.PASSED, State.FAILED}


@dataclass
class Oracle:
    """`incidents`: open, upheld or dismissed; `ruled`: upheld before whoever ruled."""

    incidents: dict[UUID, str] = field(default_factory=dict)
    looks: int = 0
    is_held: bool = False
    is_annulled: bool = False
    ruled: set[UUID] = field(default_factory=set)
    rulings: int = 0

    @property
    def upheld(self) -> set[UUID]:
        return {it for it, how in self.incidents.items() if how == "upheld"}

    @property
    def is_open(self) -> bool:
        return self.looks > 0 or "open" in self.incidents.values()

    @property
    def to_rule(self) -> bool:
        return not self.is_annulled and bool(self.upheld - self.ruled)

    @property
    def is_visible(self) -> bool:
        return not (self.is_annulled or self.is_held or self.is_open or self.to_rule)

    def rule(self) -> None:
        self.ruled, self.rulings = self.upheld, self.rulings + 1

    def undecided(self) -> Undecided:
        found = [
            Incident(incident=it, is_open=how == "open", is_upheld=how == "upheld")
            for it, how in self.incidents.items()
        ]
        return Undecided(incidents=found, looks=self.looks)


class OneResult(RuleBasedStateMachine):
    url = ""
    runner: asyncio.Runner

    def do(self, work):
        return self.runner.run(work)

    @initialize(passes=st.booleans())
    def begin(self, passes: bool) -> None:
        self.oracle = Oracle()
        self.letters = self.certificates = 0
        self.do(self._begin(RIGHT if passes else WRONG))

    async def _begin(self, answer: int) -> None:
        self.database = await db.connect(self.url, size=3)
        made = "SELECT count(*) FROM blueprint"
        async with self.database.connection() as tx:
            is_made = await tx.fetchval(made)
        if is_made:
            self.world = ExamWorld(self.database, SetClock(T0))
        else:
            self.world = await build_exam_world(self.database, 0)
        # What other runs have left is nobody's business here.
        await self.world.run("UPDATE exam SET told = 'result'")
        self.world.paper = [
            await add_question(self.database, question(f"q{uuid4()}"), MODULE)
            for _ in range(3)
        ]
        self.admin = await self.world.admin()
        self.exam = await self.world.sat(answer, answer, RIGHT)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.do(self.database.close())

    # What happens.

    @rule()
    def an_incident_comes(self) -> None:
        if len(self.oracle.incidents) < 3:
            self.oracle.incidents[uuid4()] = "open"

    @rule(which=WHICH, how=st.sampled_from(["upheld", "dismissed"]))
    def a_person_decides(self, which: int, how: str) -> None:
        for it in list(self.oracle.incidents)[which : which + 1]:
            if self.oracle.incidents[it] == "open":
                self.oracle.incidents[it] = how

    @rule(which=WHICH)
    def the_student_answers(self, which: int) -> None:
        for it in list(self.oracle.incidents)[which : which + 1]:
            if self.oracle.incidents[it] == "upheld":
                self.oracle.incidents[it] = "open"

    @rule(looks=st.sampled_from([0, 0, 1]))
    def pictures_wait(self, looks: int) -> None:
        self.oracle.looks = looks

    @rule()
    def hold(self) -> None:
        oracle = self.oracle
        refused = Annulled if oracle.is_annulled else None
        refused = refused or (HeldAlready if oracle.is_held else None)
        if self.act(self.world.results.hold, refused):
            oracle.is_held = True

    @rule()
    def release(self) -> None:
        oracle = self.oracle
        refused = None if oracle.is_held or oracle.to_rule else NotHeld
        if self.act(self.world.results.release, refused):
            oracle.is_held = False
            if oracle.to_rule:
                oracle.rule()

    @rule()
    def annul(self) -> None:
        oracle = self.oracle
        refused = Annulled if oracle.is_annulled else None
        refused = refused or (DecideFirst if oracle.is_open else None)
        if self.act(self.world.annulling.annul, refused):
            oracle.is_held, oracle.is_annulled = False, True
            oracle.rule()

    @rule()
    def reinstate(self) -> None:
        refused = None if self.oracle.is_annulled else NotAnnulled
        if self.act(self.world.annulling.reinstate, refused):
            self.oracle.is_annulled = False
            self.oracle.rule()

    @rule(place=st.integers(0, 2))
    def a_question_is_withdrawn(self, place: int) -> None:
        self.tell()
        self.do(self.world.regrade(self.admin, self.world.paper[place], 1, WHY))

    @rule()
    def housekeeping_comes_by(self) -> None:
        self.tell()
        self.do(self.world.settle())

    # What always holds.

    @invariant()
    def it_is_read_when_nothing_keeps_it_back_and_only_then(self) -> None:
        if not hasattr(self, "exam"):
            return
        self.tell()
        found = self.do(self.world.result(self.exam))
        assert (found.state in VISIBLE) is self.oracle.is_visible
        assert (found.grade is not None) is self.oracle.is_visible
        assert (found.state is State.ANNULLED) is self.oracle.is_annulled
        assert (found.sat.hold is not None) is self.oracle.is_held

    @invariant()
    def no_letter_tells_what_is_kept_back(self) -> None:
        if not hasattr(self, "exam"):
            return
        letters = self.world.box.letters
        for it in letters[self.letters :]:
            outcome = "You passed" in it.text or "You reached" in it.text
            assert outcome is (it.kind in TELLING) or it.kind == "test_reinstated"
            assert not outcome or self.oracle.is_visible
        self.letters = len(letters)

    @invariant()
    def it_is_certified_when_it_is_read_and_not_while_it_is_annulled(self) -> None:
        if not hasattr(self, "exam"):
            return
        found = self.do(self._certificates())
        assert len(found) <= 1
        if len(found) > self.certificates:
            assert self.oracle.is_visible
        if found:
            assert (found[0] is not None) is self.oracle.is_annulled
        self.certificates = len(found)

    @invariant()
    def every_ruling_is_a_row_and_a_line(self) -> None:
        if not hasattr(self, "exam"):
            return
        counted = "SELECT count(*) FROM exam_ruling WHERE exam_id = $1"
        assert self.do(self.world.value(counted, self.exam)) == self.oracle.rulings

    # How it is done.

    def tell(self) -> None:
        self.world.undecided[self.exam] = self.oracle.undecided()

    def act(self, how, refused: type[Refusal] | None) -> bool:
        self.tell()
        work = how(self.admin, self.exam, WHY)
        if refused is None:
            self.do(work)
            return True
        with pytest.raises(refused):
            self.do(work)
        return False

    async def _certificates(self) -> list[object]:
        async with self.database.connection() as tx:
            rows = await tx.fetch(
                "SELECT revoked_at FROM certificate WHERE exam_id = $1", self.exam
            )
        return [row["revoked_at"] for row in rows]


def test_whatever_happens_nobody_reads_a_result_that_is_kept_back(database_url):
    run_machine(OneResult, database_url, examples=40, steps=30)


def _careless(monkeypatch, **without: object) -> None:
    """As if results were told of without looking at some of what keeps them back."""
    real = results._state

    def state(sat, undecided):
        kept = {key: it for key, it in without.items() if key in ("looks", "incidents")}
        rest = {key: it for key, it in without.items() if key not in kept}
        return real(replace(sat, **rest), replace(undecided, **kept))

    monkeypatch.setattr(results, "_state", state)


@pytest.mark.parametrize(
    "without", [{"incidents": ()}, {"looks": 0}, {"hold": None}, {"ruling": None}]
)
def test_the_machine_finds_what_is_not_looked_at(database_url, monkeypatch, without):
    """The control, guard by guard."""
    _careless(monkeypatch, **without)
    with pytest.raises((AssertionError, BaseExceptionGroup, Refusal)):
        run_machine(OneResult, database_url, examples=40, steps=30, shrink=False)


def test_the_machine_finds_an_upheld_incident_that_is_forgotten(
    database_url, monkeypatch
):
    monkeypatch.setattr(results, "_unruled", lambda *_: 0)
    with pytest.raises((AssertionError, BaseExceptionGroup, Refusal)):
        run_machine(OneResult, database_url, examples=40, steps=30, shrink=False)
