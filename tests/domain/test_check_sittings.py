"""A device check is a sitting that never runs and never changes time."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.refusals import Conflict
from app.proctoring.domain.changes import LooksCancelled
from app.proctoring.domain.judge import judge
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.neglect import abandoned, inactive
from app.proctoring.domain.planning import LookWanted
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import (
    Watch,
    check,
    finish,
    lapsed,
    pause,
    resume,
    streaming,
)
from app.proctoring.domain.words import Ending, Kind, Reason, State, Verdict, Why

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
POLICY = Policy()


@given(st.lists(st.sampled_from(list(Verdict)), max_size=12))
def test_a_check_never_changes_time(verdicts):
    watch = Watch(sitting=uuid4(), account=uuid4(), opened_at=NOW, kind=Kind.CHECK)
    at, chance = NOW, random.Random(1)
    for verdict in verdicts:
        at += timedelta(seconds=5)
        look = Judged(why=Why.START, epoch=1, asked_at=at, at=at, verdict=verdict)
        watch, changes = judge(watch, look, POLICY, chance)
        assert all(isinstance(it, LookWanted | LooksCancelled) for it in changes)
        assert watch.state in (State.CHECKING_IN, State.ENDED)
    if Verdict.MATCH in verdicts:
        assert watch.reason is Ending.CHECKED


ASKED = (
    streaming,
    lambda watch, now: check(watch, Why.RETRY, now),
    lambda watch, now: pause(watch, Reason.STUDENT, now, POLICY),
    lambda watch, now: pause(watch, Reason.PROCTOR, now, POLICY),
    lambda watch, now: resume(watch, Reason.PROCTOR, now),
    lambda watch, now: finish(watch, now, POLICY),
    lambda watch, now: lapsed(watch, now, POLICY),
    lambda watch, now: inactive(watch, now, POLICY),
)


@given(st.lists(st.sampled_from([*Verdict, *ASKED]), max_size=12))
def test_whatever_is_asked_of_a_check_it_never_runs(story):
    watch = Watch(sitting=uuid4(), account=uuid4(), opened_at=NOW, kind=Kind.CHECK)
    at, chance = NOW, random.Random(1)
    for step in story:
        at += timedelta(seconds=5)
        try:
            if isinstance(step, Verdict):
                look = Judged(why=Why.RETRY, epoch=1, asked_at=at, at=at, verdict=step)
                watch, changes = judge(watch, look, POLICY, chance)
            else:
                watch, changes = step(watch, at)
        except Conflict:
            continue
        assert all(isinstance(it, LookWanted | LooksCancelled) for it in changes)
        assert watch.state is not State.RUNNING


def test_a_check_that_is_left_is_forgotten_sooner_than_a_sitting():
    check = Watch(sitting=uuid4(), account=uuid4(), opened_at=NOW, kind=Kind.CHECK)
    later = NOW + timedelta(minutes=11)
    assert abandoned(check, later, POLICY)[0].state is State.ENDED
    sitting = replace(check, kind=Kind.LEARNING)
    assert abandoned(sitting, later, POLICY)[0].state is State.CHECKING_IN
