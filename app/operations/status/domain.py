"""What works just now, told from few facts. Words only: no numbers, no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Word(StrEnum):
    WORKING = "working"
    DELAYED = "delayed"
    DOWN = "not working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A media node: how many streams it has, and may have. One that drains takes
    nobody."""

    streams: int
    capacity: int
    draining: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Of open sittings: how many were judged last, how many of these were not for a
    fault of ours, and since when a due look has not been taken up."""

    judged: int = 0
    failed: int = 0
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Since when e-mail waits that no newer one has overtaken."""

    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """None: whoever knows did not answer. `nodes` come from Redis, the other two from
    the database."""

    letters: Letters | None
    looks: Looks | None
    nodes: Sequence[Node] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    title: str
    word: Word
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    slow: timedelta
    stuck: timedelta


FACES = Patience(slow=timedelta(minutes=1), stuck=timedelta(minutes=5))
MAIL = Patience(slow=timedelta(minutes=2), stuck=timedelta(minutes=15))


def lines(facts: Facts, now: datetime) -> list[Line]:
    """One for each part, in the order in which a student meets them."""
    found = [
        ("Logging in, modules and hours", _there(facts.letters)),
        ("Live display of your state", _there(facts.nodes)),
        ("Camera service", camera(facts.nodes)),
        ("Checking that it is you", faces(facts.looks, now)),
        ("E-mail", mail(facts.letters, now)),
    ]
    return [Line(title=title, word=word, hint=_HINTS[word]) for title, word in found]


_HINTS = {
    Word.WORKING: "",
    Word.DELAYED: "It takes longer than usual. You need not do anything.",
    Word.DOWN: "We are on it. What was confirmed stays confirmed.",
}


def _there(fact: object | None) -> Word:
    return Word.DOWN if fact is None else Word.WORKING


def camera(nodes: Sequence[Node] | None) -> Word:
    if not nodes:
        return Word.DOWN
    free = any(it.streams < it.capacity and not it.draining for it in nodes)
    return Word.WORKING if free else Word.DELAYED


def faces(looks: Looks | None, now: datetime) -> Word:
    if looks is None:
        return Word.DOWN
    waits = _waits(looks.waiting_since, now, FACES)
    if waits is Word.DOWN or (looks.judged and looks.failed == looks.judged):
        return Word.DOWN
    # One sitting whose looks get lost is its own trouble; a third is ours.
    return Word.DELAYED if looks.failed * 3 > looks.judged else waits


def mail(letters: Letters | None, now: datetime) -> Word:
    return Word.DOWN if letters is None else _waits(letters.waiting_since, now, MAIL)


def _waits(since: datetime | None, now: datetime, patience: Patience) -> Word:
    if since is None or now - since < patience.slow:
        return Word.WORKING
    return Word.DELAYED if now - since < patience.stuck else Word.DOWN
