"""What the status page says of what, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.operations.status.domain import Facts, Letters, Looks, Node, Word, lines

NOW = datetime(2026, 4, 11, 9, tzinfo=UTC)
FREE, FULL = Node(streams=3, capacity=9), Node(streams=9, capacity=9)
WELL = Facts(letters=Letters(), looks=Looks(judged=4), nodes=[FREE])
LOGIN, LIVE, CAMERA, FACES, MAIL = range(5)


def words(**changes: object) -> list[Word]:
    return [line.word for line in lines(replace(WELL, **changes), NOW)]


def ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


def test_all_is_well():
    assert words() == [Word.WORKING] * 5
    assert words(looks=Looks()) == [Word.WORKING] * 5


@pytest.mark.parametrize(
    ("part", "lost"),
    [("letters", {LOGIN, MAIL}), ("looks", {FACES}), ("nodes", {LIVE, CAMERA})],
)
def test_what_does_not_answer_does_not_work_and_the_rest_does(part, lost):
    found = words(**{part: None})
    assert {at for at, word in enumerate(found) if word is Word.DOWN} == lost
    assert set(found) <= {Word.WORKING, Word.DOWN}


@pytest.mark.parametrize(
    ("nodes", "word"),
    [
        ([], Word.DOWN),
        ([FULL], Word.DELAYED),
        ([FULL, FREE], Word.WORKING),
        ([FULL, replace(FREE, draining=True)], Word.DELAYED),
    ],
)
def test_the_camera_service_needs_a_node_with_room(nodes, word):
    assert words(nodes=nodes)[CAMERA] is word
    assert words(nodes=nodes)[LIVE] is Word.WORKING


@pytest.mark.parametrize(
    ("looks", "word"),
    [
        (Looks(judged=3, failed=1), Word.WORKING),
        (Looks(judged=5, failed=2), Word.DELAYED),
        (Looks(judged=2, failed=2), Word.DOWN),
        (Looks(waiting_since=ago(seconds=59)), Word.WORKING),
        (Looks(waiting_since=ago(seconds=60)), Word.DELAYED),
        (Looks(waiting_since=ago(minutes=5)), Word.DOWN),
    ],
)
def test_checking_is_judged_by_looks_that_failed_for_us_or_wait(looks, word):
    assert words(looks=looks)[FACES] is word


@pytest.mark.parametrize(
    ("since", "word"),
    [
        (ago(seconds=119), Word.WORKING),
        (ago(minutes=2), Word.DELAYED),
        (ago(minutes=15), Word.DOWN),
    ],
)
def test_mail_is_late_and_then_stuck(since, word):
    assert words(letters=Letters(waiting_since=since))[MAIL] is word


def test_nothing_told_has_a_number_in_it():
    worst = Facts(letters=None, looks=None, nodes=None)
    told = "".join(f"{it.title}{it.word}{it.hint}" for it in lines(worst, NOW))
    assert not any(letter.isdigit() for letter in told)
