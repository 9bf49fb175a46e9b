"""Who may look live, and what they have to say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.kernel.ids import AccountId, SittingId, ViewId
from app.proctoring.domain.viewing import (
    AT_ONCE,
    HELD,
    LASTS,
    NoLiveVideo,
    NothingToView,
    SayWhyView,
    TooManyViewers,
    View,
    may_view,
    read_reason,
)
from app.proctoring.domain.watch import SittingEnded, Watch
from app.proctoring.domain.words import Ending, Kind, State

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
WATCH = Watch(
    sitting=SittingId(UUID(int=1)), account=AccountId(UUID(int=2)), opened_at=NOW
)


def test_an_open_sitting_with_video_may_be_viewed():
    may_view(WATCH, WATCH.epoch, 0)
    may_view(replace(WATCH, kind=Kind.EXAM), WATCH.epoch, AT_ONCE - 1)


@pytest.mark.parametrize(
    ("watch", "epoch", "others", "refusal"),
    [
        (replace(WATCH, kind=Kind.CHECK), WATCH.epoch, 0, NothingToView),
        (
            replace(WATCH, state=State.ENDED, reason=Ending.FINISHED),
            WATCH.epoch,
            0,
            SittingEnded,
        ),
        (WATCH, WATCH.epoch + 1, 0, NoLiveVideo),
        (WATCH, WATCH.epoch, AT_ONCE, TooManyViewers),
    ],
)
def test_what_may_not_be_viewed(watch, epoch, others, refusal):
    with pytest.raises(refusal):
        may_view(watch, epoch, others)


@pytest.mark.parametrize("text", ["", "  ", "ab", "x" * 301, "bad\x00byte"])
def test_a_reason_is_needed(text):
    with pytest.raises(SayWhyView):
        read_reason(text)


def test_a_reason_is_one_line():
    assert read_reason("  looks\n away ") == "looks away"


def test_a_view_has_an_end_and_lapses_sooner():
    view = View(
        view=ViewId(UUID(int=3)),
        sitting=WATCH.sitting,
        epoch=1,
        by=AccountId(UUID(int=4)),
        reason="why",
        opened_at=NOW,
    )
    assert view.until == NOW + LASTS == NOW + timedelta(minutes=10)
    assert view.held_until == NOW + HELD < view.until
