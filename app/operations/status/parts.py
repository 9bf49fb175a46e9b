"""How the house is, part by part, in words for who runs it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from app.operations.status.domain import Letters, Looks, Node, Word, camera, faces, mail
from app.operations.status.facts import (
    Database,
    Evidence,
    Fact,
    House,
    Keys,
    Looking,
    Media,
    Memory,
    Money,
    NodeSeen,
    Post,
    Queues,
    Sittings,
    Unanswered,
)

NEARLY_FULL = 0.8
SILENT_S = 2.0
"""A media node says every second that it lives, and is forgotten after 3."""
SAMPLES_MANY, SAMPLES_LOST = 20, 150
"""Of the 200 that are kept; one matcher judges about eight a second."""
GLANCES_MANY = 1_000
"""Of 5,000; a glancer takes up to 200 at a time."""
MIB = 1024 * 1024


class Mark(StrEnum):
    WELL = "well"
    LOOK = "look at"
    BROKEN = "broken"


WORST_FIRST = (Mark.BROKEN, Mark.LOOK, Mark.WELL)
MARKS = {Word.WORKING: Mark.WELL, Word.DELAYED: Mark.LOOK, Word.DOWN: Mark.BROKEN}
"""The page for everybody and this command judge the same facts alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`do`: what to do about it; `figures`: the facts, for programs."""

    name: str
    mark: Mark
    said: str
    do: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)


Told = tuple[Mark, str, str]
Known = TypeVar("Known", bound=Fact)


def parts(house: House, now: datetime) -> list[Part]:
    """The worst first; otherwise in the order in which one thing stands on another."""
    db, redis = ("the database", house.database), ("Redis", house.redis)
    found = [
        _part("Database", house.database, _database, _START_DATABASE),
        _part("Redis", house.redis, _memory, _START_REDIS),
        _part("Media nodes", house.media, _media, _SEE_LOGS, redis),
        _part("Queues", house.queues, _queues, _SEE_LOGS, redis),
        _part("Looks", house.looking, lambda it: _looking(it, now), _SEE_LOGS, db),
        _part("Sittings", house.sittings, _sittings, _SEE_LOGS, db),
        _part("Letters", house.post, lambda it: _post(it, now), _SEE_LOGS, db),
        _part("Refunds", house.money, _money, _SEE_LOGS, db),
        _part("Evidence store", house.evidence, _evidence, _REACH_STORE),
        _part("Keys", house.keys, _keys, _PUT_BACK, db),
    ]
    return sorted(found, key=lambda it: WORST_FIRST.index(it.mark))


_START_DATABASE = "is PostgreSQL running, and is DATABASE_URL right? See its own log"
_START_REDIS = "is Valkey running, and is REDIS_URL right? It may come back empty"
_SEE_LOGS = "see the database's log: is a statement stuck?"
_REACH_STORE = "is SPOM_EVIDENCE mounted, do the AWS_… variables fit?"
_PUT_BACK = "put the file of SPOM_KEYS back on this machine, mode 600; `spom keys list`"


def _part(
    name: str,
    fact: Known | Unanswered,
    tell: Callable[[Known], Told],
    mend: str,
    stands_on: tuple[str, Fact | Unanswered] | None = None,
) -> Part:
    if not isinstance(fact, Unanswered):
        mark, said, do = tell(fact)
        return Part(name=name, mark=mark, said=said, do=do, figures=asdict(fact))
    if stands_on is not None and isinstance(stands_on[1], Unanswered):
        said = f"nobody can tell while {stands_on[0]} is away"
        return Part(name=name, mark=Mark.LOOK, said=said)
    return Part(name=name, mark=Mark.BROKEN, said=f"no answer: {fact.why}", do=mend)


def _database(it: Database) -> Told:
    used = f"{it.connections} of {it.connections_most} connections"
    if it.changed:
        said = f"{', '.join(it.changed)} changed since it was applied"
        return Mark.BROKEN, said, "put the file back as it was; write a new migration"
    if it.missing:
        said = f"{len(it.missing)} migrations are not applied, {it.missing[0]} first"
        return Mark.BROKEN, said, "`spom migrate`"
    if it.connections > it.connections_most * NEARLY_FULL:
        return Mark.LOOK, used, "raise max_connections, or run fewer processes"
    return Mark.WELL, f"migrations up to date, {used}", ""


def _memory(it: Memory) -> Told:
    used = f"{it.used_bytes / MIB:,.0f} MiB in use"
    if not it.most_bytes:
        return Mark.WELL, f"{used}, no limit set", ""
    said = f"{used} of {it.most_bytes / MIB:,.0f}"
    if it.used_bytes > it.most_bytes * NEARLY_FULL:
        return Mark.LOOK, said, "raise maxmemory; see Queues for what fills it"
    return Mark.WELL, said, ""


def _media(it: Media) -> Told:
    nodes = it.nodes
    known = [
        Node(streams=n.streams, capacity=n.capacity, draining=n.draining) for n in nodes
    ]
    word = camera(known)
    if not nodes:
        said = "none announces itself: nobody can study or sit a test"
        return Mark.BROKEN, said, "is `spom media` running, does it reach Redis?"
    said = ", ".join(map(_node, nodes))
    silent = [n.name for n in nodes if n.silent_s > SILENT_S]
    if silent:
        return Mark.LOOK, said, f"{', '.join(silent)}: does it run, does it lag?"
    do = "" if word is Word.WORKING else "start another media node"
    return MARKS[word], said, do


def _node(it: NodeSeen) -> str:
    beat = f"heard of {it.silent_s:.0f} s ago"
    drains = ", drains" if it.draining else ""
    return f"{it.name} {it.streams} of {it.capacity} streams{drains}, {beat}"


def _queues(it: Queues) -> Told:
    said = f"{it.samples} samples and {it.glances} glances wait"
    if not it.packs:
        return Mark.LOOK, f"{said}; no matcher was heard of", "start a `face_matcher`"
    if it.samples > SAMPLES_LOST:
        return Mark.BROKEN, f"{said}: samples get lost", "start another `face_matcher`"
    if it.samples > SAMPLES_MANY:
        return Mark.LOOK, said, "start another `face_matcher`"
    if it.glances > GLANCES_MANY:
        return Mark.LOOK, said, "does a `glancer` run? Start another"
    if len(it.packs) > 1:
        said = f"{said}; matchers run with {' and '.join(it.packs)}"
        return Mark.LOOK, said, "give all of them the same SPOM_PACK"
    return Mark.WELL, said, ""


def _looking(it: Looking, now: datetime) -> Told:
    looks = Looks(judged=it.judged, failed=it.failed, waiting_since=it.waiting_since)
    mark = MARKS[faces(looks, now)]
    late = it.late_s > it.late_after_s
    said = f"{it.due} due, {it.failed} of {it.judged} last ones failed for us"
    if late:
        said = f"{it.due} due, late by {_lasting(timedelta(seconds=it.late_s))}"
        mark = Mark.LOOK if mark is Mark.WELL else mark
    do = "" if mark is Mark.WELL else "do a `sampler` and a `face_matcher` run?"
    return mark, said, do


def _sittings(it: Sittings) -> Told:
    each = [
        f"{kind} {n} ({it.running.get(kind, 0)} run)" for kind, n in it.open.items()
    ]
    return Mark.WELL, f"open: {', '.join(each) or 'none'}", ""


def _post(it: Post, now: datetime) -> Told:
    said = f"{it.email} e-mails and {it.sms} text messages wait"
    since = min((at for at in (it.email_since, it.sms_since) if at), default=None)
    mark = MARKS[mail(Letters(waiting_since=since), now)]
    if mark is Mark.WELL or since is None:
        return Mark.WELL, said, ""
    do = "the courier's log names no_gateway, smtp_… or http_…"
    return mark, f"{said}, none went out for {_lasting(now - since)}", do


def _money(it: Money) -> Told:
    if it.refunds:
        said = f"{it.refunds} wait for a person"
        return Mark.LOOK, said, "an admin: on top of Bookings (Refused refunds)"
    return Mark.WELL, "none waits for a person", ""


def _evidence(it: Evidence) -> Told:
    return Mark.WELL, f"the {it.kind} answers", ""


def _keys(it: Keys) -> Told:
    if it.missing:
        said = f"this machine lacks {', '.join(it.missing)}"
        return Mark.BROKEN, said, _PUT_BACK
    return Mark.WELL, f"all here; new ones are wrapped with {it.newest}", ""


def _lasting(it: timedelta) -> str:
    seconds = it.total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
