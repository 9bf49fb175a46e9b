"""What takes the place of a look that came too late to say anything."""

from datetime import datetime

from app.proctoring.domain.changes import Change
from app.proctoring.domain.draws import Chance
from app.proctoring.domain.planning import routine
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import State


def planned_anew(
    watch: Watch, now: datetime, policy: Policy, chance: Chance
) -> list[Change]:
    """An overtaken look is open no more: its kind must not wait for another's turn.

    While a failed look is tried again, the passed one that follows plans them all.
    """
    if watch.state is not State.RUNNING or watch.failures or watch.finishing_since:
        return []
    return list(routine(now, policy, chance))
