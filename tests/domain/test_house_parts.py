"""What `spom status` says of what: a mark in words, and what to do."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.media_nodes import NODE_LIFE_S
from app.operations.status import facts
from app.operations.status.facts import Unanswered
from app.operations.status.parts import SILENT_S, Mark, Part, parts

NOW = datetime(2026, 4, 11, 9, tzinfo=UTC)
NODE = facts.NodeSeen(name="media-1", streams=3, capacity=9, silent_s=1.2)
WELL = facts.House(
    database=facts.Database(connections=12, connections_most=100),
    redis=facts.Memory(used_bytes=5_000_000, most_bytes=1_000_000_000),
    media=facts.Media(nodes=[NODE]),
    queues=facts.Queues(samples=1, packs=["p"]),
    looking=facts.Looking(due=2, late_s=3, late_after_s=29, judged=4),
    sittings=facts.Sittings(open={"learning": 3}, running={"learning": 2}),
    post=facts.Post(email=1),
    money=facts.Money(refunds=0),
    evidence=facts.Evidence(kind="folder"),
    keys=facts.Keys(newest="2026-01-01"),
)
LATE = replace(WELL.looking, late_s=300)
GONE = Unanswered(why="TimeoutError")
OF_DATABASE = {"looking", "sittings", "post", "money", "keys"}


def found(**changes: object) -> dict[str, Part]:
    return {it.name: it for it in parts(replace(WELL, **changes), NOW)}


def ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


def test_a_silent_node_is_told_of_before_it_is_forgotten():
    assert SILENT_S < NODE_LIFE_S


def test_all_is_well_and_nothing_is_to_be_done():
    told = found()
    assert {it.mark for it in told.values()} == {Mark.WELL}
    assert not any(it.do for it in told.values())
    assert told["Sittings"].said == "open: learning 3 (2 run)"
    assert told["Media nodes"].figures["nodes"][0]["streams"] == 3


@pytest.mark.parametrize(
    ("changes", "name", "mark", "said"),
    [
        (
            {"database": replace(WELL.database, connections=81)},
            "Database",
            Mark.LOOK,
            "81 of 100",
        ),
        (
            {"database": replace(WELL.database, missing=["0035_x.sql"])},
            "Database",
            Mark.BROKEN,
            "0035_x.sql",
        ),
        (
            {"database": replace(WELL.database, changed=["0001_x.sql"])},
            "Database",
            Mark.BROKEN,
            "changed since",
        ),
        ({"redis": facts.Memory(used_bytes=9, most_bytes=10)}, "Redis", Mark.LOOK, "0"),
        ({"media": facts.Media(nodes=[])}, "Media nodes", Mark.BROKEN, "none"),
        (
            {"media": facts.Media(nodes=[replace(NODE, streams=9)])},
            "Media nodes",
            Mark.LOOK,
            "9 of 9 streams",
        ),
        (
            {"media": facts.Media(nodes=[replace(NODE, draining=True)])},
            "Media nodes",
            Mark.LOOK,
            "3 of 9 streams, drains",
        ),
        (
            {"media": facts.Media(nodes=[NODE, replace(NODE, silent_s=2.6)])},
            "Media nodes",
            Mark.LOOK,
            "3 s ago",
        ),
        ({"queues": facts.Queues()}, "Queues", Mark.LOOK, "no matcher"),
        ({"queues": facts.Queues(packs=["p", "q"])}, "Queues", Mark.LOOK, "p and q"),
        ({"queues": facts.Queues(samples=21, packs=["p"])}, "Queues", Mark.LOOK, "21"),
        (
            {"queues": facts.Queues(samples=151, packs=["p"])},
            "Queues",
            Mark.BROKEN,
            "get lost",
        ),
        (
            {"queues": facts.Queues(glances=1001, packs=["p"])},
            "Queues",
            Mark.LOOK,
            "1001 glances",
        ),
        (
            {"looking": replace(WELL.looking, late_s=30)},
            "Looks",
            Mark.LOOK,
            "late by 30 s",
        ),
        (
            {"looking": replace(LATE, waiting_since=ago(minutes=5))},
            "Looks",
            Mark.BROKEN,
            "late by 5 min",
        ),
        (
            {"looking": replace(WELL.looking, judged=2, failed=2)},
            "Looks",
            Mark.BROKEN,
            "2 of 2",
        ),
        (
            {"post": facts.Post(email=3, email_since=ago(minutes=3))},
            "Letters",
            Mark.LOOK,
            "3 min",
        ),
        (
            {"post": facts.Post(sms=3, sms_since=ago(minutes=15))},
            "Letters",
            Mark.BROKEN,
            "15 min",
        ),
        ({"money": facts.Money(refunds=2)}, "Refunds", Mark.LOOK, "2 wait"),
        (
            {"keys": facts.Keys(newest="b", missing=["a"])},
            "Keys",
            Mark.BROKEN,
            "lacks a",
        ),
    ],
)
def test_what_is_wrong_has_its_mark_and_what_to_do(changes, name, mark, said):
    told = found(**changes)
    assert told[name].mark is mark
    assert said in told[name].said
    assert told[name].do
    assert all(it.mark is Mark.WELL for other, it in told.items() if other != name)


@pytest.mark.parametrize("part", [it.name for it in fields(facts.House)])
def test_a_part_that_does_not_answer_is_broken_and_says_so(part):
    wrong = [it for it in found(**{part: GONE}).values() if it.mark is not Mark.WELL]
    assert [(it.mark, it.said) for it in wrong] == [
        (Mark.BROKEN, "no answer: TimeoutError")
    ]
    assert wrong[0].do


def test_what_stands_on_something_that_is_away_is_not_called_broken_too():
    told = found(database=GONE, **dict.fromkeys(OF_DATABASE, GONE))
    assert [it.name for it in told.values() if it.mark is Mark.BROKEN] == ["Database"]
    assert sum(it.mark is Mark.LOOK for it in told.values()) == len(OF_DATABASE)
    assert "while the database is away" in told["Looks"].said


def test_the_worst_stands_first():
    told = found(money=facts.Money(refunds=1), media=facts.Media(nodes=[]))
    assert [it.mark for it in told.values()][:3] == [Mark.BROKEN, Mark.LOOK, Mark.WELL]
