"""Looking live at a sitting: what may be looked at, and how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kernel.ids import AccountId, SittingId, ViewId
from app.kernel.reasons import reason_of
from app.kernel.refusals import Conflict, NotFound, Refusal, TooMany
from app.proctoring.domain.watch import SittingEnded, Watch
from app.proctoring.domain.words import Kind, State

AT_ONCE = 3
LASTS = timedelta(minutes=10)
HELD = timedelta(seconds=30)
"""Longer than any media node goes on without the app's word (`media/relay.py`), so
that the student is told of all that is shown."""
REASON_MIN, REASON_MAX = 3, 300


class SayWhyView(Refusal):
    """Please say why you look live, in 3 to 300 characters: it is in the trail."""


class NoLiveVideo(Conflict):
    """No video arrives from this student just now. Try again in a moment."""


class NothingToView(Conflict):
    """This is a device check: nobody looks at it."""


class TooManyViewers(TooMany):
    """Three of you look at this student already. That is enough for one person."""


class NoSuchView(NotFound):
    """You do not look live just now: it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One proctor looks at one epoch of a sitting, and says why."""

    view: ViewId
    sitting: SittingId
    epoch: int
    by: AccountId
    reason: str
    opened_at: datetime

    @property
    def until(self) -> datetime:
        return self.opened_at + LASTS

    @property
    def held_until(self) -> datetime:
        """Unless it is renewed."""
        return self.opened_at + HELD


def read_reason(text: str) -> str:
    """Raises SayWhyView."""
    return reason_of(text, REASON_MIN, REASON_MAX, SayWhyView)


def may_view(watch: Watch, epoch: int, others: int) -> None:
    """`epoch` is the one whose video is there; `others` look already.

    Raises NothingToView, SittingEnded, NoLiveVideo or TooManyViewers.
    """
    if watch.kind is Kind.CHECK:
        raise NothingToView
    if watch.state is State.ENDED:
        raise SittingEnded
    if watch.epoch != epoch:
        raise NoLiveVideo
    if others >= AT_ONCE:
        raise TooManyViewers
