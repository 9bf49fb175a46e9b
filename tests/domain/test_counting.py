"""When a second counts: between two passed looks, once, and never by accident."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.proctoring.domain import neglect
from app.proctoring.domain import watch as life
from app.proctoring.domain.words import Ending, Reason, State, Verdict, Why
from tests.domain.sitting_world import POLICY, T0, Ledger, Stretch, World

FAILING = [
    v
    for v in Verdict
    if v not in (Verdict.MATCH, Verdict.SYSTEM_UNAVAILABLE, Verdict.HELD)
]


def running() -> World:
    return World().look(Verdict.MATCH, Why.START)


def test_time_before_the_next_passed_look_is_provisional():
    world = running().wait(570)
    assert world.ledger.seconds("confirmed") == 0
    assert world.watch.state is State.RUNNING


def test_a_passed_look_confirms_the_stretch_before_it_and_opens_the_next():
    world = running().wait(570).look(Verdict.MATCH)
    assert world.ledger.seconds("confirmed") == 570
    assert world.watch.running_from == world.ledger.stretches[-1].started_at


def test_one_failed_look_costs_nothing_when_the_retry_passes():
    world = running().wait(570).look(Verdict.MISMATCH).wait(5)
    assert Why.RETRY in world.looks
    world.look(Verdict.MATCH, Why.RETRY)
    assert world.ledger.seconds("confirmed") == 576
    assert world.incidents == []


def test_when_the_retries_are_used_up_the_time_is_void_and_a_person_is_told():
    world = running().wait(570)
    for _ in range(POLICY.retries + 1):
        world.look(Verdict.MISMATCH).wait(5)
    assert world.watch.state is State.PAUSED
    assert world.watch.reason is Reason.MISMATCH
    assert world.ledger.seconds("confirmed") == 0
    assert world.ledger.seconds("void") > 570
    assert world.incidents == [Verdict.MISMATCH]


def test_the_dark_pauses_and_light_sets_running_again_without_an_incident():
    world = running().wait(60)
    for _ in range(POLICY.retries + 1):
        world.look(Verdict.DARK).wait(5)
    assert world.watch.reason is Reason.DARK
    world.look(Verdict.MATCH, Why.RETRY)
    assert world.watch.state is State.RUNNING
    assert world.incidents == []


def test_our_own_fault_never_costs_the_student():
    world = running().wait(570)
    for _ in range(20):
        world.look(Verdict.SYSTEM_UNAVAILABLE).wait(30)
    assert world.watch.state is State.RUNNING
    world.look(Verdict.MATCH)
    assert world.ledger.seconds("confirmed") == 570 + 20 * 31


def test_presence_that_lapses_ends_the_stretch_at_the_last_time_seen():
    world = running().wait(30).wait(60, present=False)
    world.take(life.lapsed(world.watch, world.now, POLICY))
    assert world.watch.reason is Reason.AWAY
    assert world.ledger.stretches[-1].ended_at == world.watch.seen_at
    world.look(Verdict.MATCH, Why.RESUME).wait(10).look(Verdict.MATCH)
    assert world.ledger.seconds("confirmed") == 30 + 10


def test_a_late_checkpoint_never_bridges_a_gap():
    world = running().wait(30).wait(60, present=False)
    world.seen()
    world.look(Verdict.MATCH)
    assert world.ledger.seconds("confirmed") == 30


def test_time_before_a_long_gap_is_void():
    world = running().wait(300)
    world.take(life.pause(world.watch, Reason.STUDENT, world.now, POLICY))
    world.wait(POLICY.bridge_s + 60)
    world.take(life.resume(world.watch, Reason.STUDENT, world.now))
    world.look(Verdict.MATCH, Why.RESUME)
    assert world.ledger.seconds("confirmed") == 0
    assert world.ledger.seconds("void") == 300


def test_a_pause_of_the_student_keeps_the_time_for_the_next_passed_look():
    world = running().wait(300)
    world.take(life.pause(world.watch, Reason.STUDENT, world.now, POLICY)).wait(120)
    world.take(life.resume(world.watch, Reason.STUDENT, world.now))
    assert Why.RESUME in world.looks
    world.look(Verdict.MATCH, Why.RESUME)
    assert world.ledger.seconds("confirmed") == 300


def test_leaving_while_a_look_stands_failed_saves_nothing():
    world = running().wait(570).look(Verdict.MISMATCH).look(Verdict.NO_VIDEO)
    world.take(life.pause(world.watch, Reason.STUDENT, world.now, POLICY))
    world.take(life.resume(world.watch, Reason.STUDENT, world.now)).wait(10)
    world.look(Verdict.MATCH, Why.RESUME)
    assert world.ledger.seconds("confirmed") == 0


def test_finishing_takes_a_last_look_so_that_no_minute_is_lost():
    world = running().wait(200)
    world.take(life.finish(world.watch, world.now, POLICY))
    assert Why.FINISH in world.looks
    world.look(Verdict.MATCH, Why.FINISH)
    assert world.watch.state is State.ENDED
    assert world.watch.reason is Ending.FINISHED
    assert world.ledger.seconds("confirmed") == 200


def test_a_last_look_that_never_comes_ends_the_sitting_all_the_same():
    world = running().wait(200)
    world.take(life.finish(world.watch, world.now, POLICY)).wait(21)
    world.take(neglect.overdue_finish(world.watch, world.now, POLICY))
    assert world.watch.state is State.ENDED
    assert world.ledger.stretches[-1].state == "provisional"


def test_a_look_of_an_older_epoch_changes_nothing():
    world = running().wait(60)
    world.watch = life.connected(world.watch)
    world.look(Verdict.MISMATCH, epoch=1)
    assert world.watch.failures == 0


def test_ten_wrong_faces_wait_for_a_person():
    world = running()
    for _ in range(POLICY.tries_before_person):
        world.look(Verdict.MISMATCH).wait(5)
    assert world.watch.reason is Reason.NEEDS_PERSON
    assert world.looks == {}
    world.look(Verdict.MATCH)
    assert world.watch.reason is Reason.NEEDS_PERSON
    world.take(life.resume(world.watch, Reason.PROCTOR, world.now))
    world.look(Verdict.MATCH, Why.RESUME)
    assert world.watch.state is State.RUNNING


@dataclass(frozen=True)
class Act:
    """One thing that happens; `after_s` since the one before."""

    kind: str
    after_s: float
    verdict: Verdict = Verdict.MATCH
    took_s: float = 1


JUDGED = [it for it in Verdict if it is not Verdict.HELD]
"""A held look is a person's to judge: tests/stores/test_pictures.py."""
KINDS = [
    *["look"] * 3,
    *["repeat", "late", "away", "wait", "sweep", "connect", "streaming"],
    *["pause", "resume", "proctor_pause", "proctor_resume", "finish"],
]

acts = st.builds(
    Act,
    kind=st.sampled_from(KINDS),
    after_s=st.floats(0, 700),
    verdict=st.sampled_from([Verdict.MATCH] * 6 + JUDGED),
    took_s=st.floats(0, 15),
)


class Play:
    """Plays acts and remembers every passed look, whatever became of it."""

    def __init__(self) -> None:
        self.world = World()
        self.asked: list[tuple[datetime, Verdict, int]] = []

    def do(self, act: Act) -> None:
        world = self.world
        world.wait(act.after_s, present=act.kind != "away")
        if world.watch.state is State.ENDED:
            return
        if act.kind == "look":
            self.asked.append((world.now, act.verdict, world.watch.epoch))
            world.look(act.verdict, took_s=act.took_s)
        elif act.kind in ("repeat", "late") and self.asked:
            index = -1 if act.kind == "repeat" else len(self.asked) // 2
            asked_at, verdict, epoch = self.asked[index]
            world.judged(asked_at, verdict, epoch=epoch)
        else:
            self._command(act.kind)

    def _command(self, kind: str) -> None:
        world, watch, now = self.world, self.world.watch, self.world.now
        commands = {
            "pause": lambda: life.pause(watch, Reason.STUDENT, now, POLICY),
            "proctor_pause": lambda: life.pause(watch, Reason.PROCTOR, now, POLICY),
            "resume": lambda: life.resume(watch, Reason.STUDENT, now),
            "proctor_resume": lambda: life.resume(watch, Reason.PROCTOR, now),
            "connect": lambda: (life.connected(watch), []),
            "streaming": lambda: life.streaming(watch, now),
            "finish": lambda: life.finish(watch, now, POLICY),
            "sweep": lambda: life.lapsed(watch, now, POLICY),
        }
        if kind in commands:
            try:
                world.take(commands[kind]())
            except (life.NotRunning, life.NotYoursToResume):
                return

    @property
    def passed(self) -> list[datetime]:
        return [at for at, verdict, _ in self.asked if verdict is Verdict.MATCH]


def troubles(ledger: Ledger, passed: list[datetime]) -> list[str]:
    """What is wrong with a ledger, given when looks that passed were asked for."""
    found = []
    ends = T0
    for stretch in ledger.stretches:
        if stretch.started_at < ends:
            found.append("a second counted twice")
        ends = stretch.ended_at or datetime.max.replace(tzinfo=T0.tzinfo)
        if stretch.state != "confirmed":
            continue
        assert stretch.ended_at is not None
        before = any(at <= stretch.started_at for at in passed)
        if not before or not any(at >= stretch.ended_at for at in passed):
            found.append("time confirmed that no two passed looks enclose")
    return found


@settings(max_examples=50, deadline=None)
@given(st.lists(acts, max_size=40))
def test_whatever_happens_no_second_counts_twice_or_outside_passed_looks(story):
    play = Play()
    play.do(Act("look", 0))
    for act in story:
        play.do(act)
    assert troubles(play.world.ledger, play.passed) == []
    open_ones = [s for s in play.world.ledger.stretches if s.ended_at is None]
    assert len(open_ones) == (play.world.watch.state is State.RUNNING)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(acts, max_size=20),
    st.lists(st.sampled_from(FAILING), min_size=12, max_size=12),
)
def test_after_the_last_passed_look_a_stand_in_gains_nothing(story, verdicts):
    play = Play()
    play.do(Act("look", 0))
    for act in story:
        play.do(act)
    before = play.world.ledger.seconds("confirmed")
    for verdict in verdicts:
        play.do(Act("look", 30, verdict))
    assert play.world.ledger.seconds("confirmed") == before


def test_the_oracle_notices_a_wrong_ledger():
    """Control: the properties above can fail."""

    def at(seconds: float) -> datetime:
        return T0 + timedelta(seconds=seconds)

    doubled = Ledger([Stretch(at(0), at(10)), Stretch(at(9), at(20))])
    assert troubles(doubled, []) == ["a second counted twice"]
    unseen = Ledger([Stretch(at(0), at(10), "confirmed")])
    assert troubles(unseen, [at(0), at(5)]) != []
    assert troubles(unseen, [at(0), at(10)]) == []
