"""A case says truly why it has no picture."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.proctoring.domain import unpictured as why
from app.proctoring.domain.unpictured import Unpictured, clip_alone, why_no_picture

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOTHING = Unpictured(
    pictures="none", took_back=False, by_person=False, clip_at=None, is_open=True
)
CLIP = replace(NOTHING, clip_at=NOON)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (replace(NOTHING, pictures="kept"), why.GONE),
        (replace(NOTHING, pictures="kept", took_back=True), why.TOOK_BACK),
        (replace(NOTHING, pictures="unagreed"), why.UNAGREED),
        (replace(CLIP, pictures="unagreed"), why.UNAGREED),
        (replace(NOTHING, by_person=True), why.BY_PERSON),
        (replace(NOTHING, pictures=None), why.UNKNOWN),
        (NOTHING, why.NONE_CAME),
        (CLIP, why.AWAITED),
        (replace(CLIP, is_open=False), why.NO_LOOK),
        (replace(CLIP, clip_at=NOON - timedelta(minutes=16)), why.NO_LOOK),
    ],
)
def test_each_case_says_its_own_reason(case, said):
    assert why_no_picture(case, NOON) == said


def test_only_who_did_not_agree_is_said_not_to_have_agreed():
    for sentence in (why.GONE, why.BY_PERSON, why.NO_LOOK, why.NONE_CAME, why.UNKNOWN):
        assert "agreed" not in sentence
        assert "student" not in sentence


def test_a_look_is_awaited_only_where_nothing_failed():
    later = NOON + timedelta(minutes=1)
    assert clip_alone([("same_clip", NOON), ("same_clip", later)]) == later
    assert clip_alone([("same_clip", NOON), ("mismatch", later)]) is None
    assert clip_alone([]) is None
