"""The verifier finds each edit, deletion, swap, insertion and cut, and nothing else."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.audit.chain import (
    GENESIS,
    Event,
    Head,
    Verifier,
    digest,
    signed,
)

NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


def mac(text: str) -> bytes:
    return hmac.new(b"our secret", text.encode(), hashlib.sha256).digest()


def theirs(text: str) -> bytes:
    return hmac.new(b"a guess", text.encode(), hashlib.sha256).digest()


acts = st.builds(
    lambda ago, by, what, whom, details: Event(
        seq=0,
        at=NOW - timedelta(microseconds=ago),
        by=UUID(int=by) if by else None,
        what=what,
        whom=UUID(int=whom) if whom else None,
        details=details,
        previous=GENESIS,
    ),
    st.integers(0, 10**12),
    st.integers(0, 3),
    st.sampled_from(["account.unlocked", "login.begun", "a.b"]),
    st.integers(0, 3),
    st.text(max_size=12),
)
chains = st.lists(acts, min_size=1, max_size=8)


def chained(events: list[Event]) -> tuple[list[Event], Head]:
    previous, made = GENESIS, []
    for seq, given_ in enumerate(events, 1):
        event = replace(given_, seq=seq, previous=previous)
        previous = digest(event)
        made.append(replace(event, hash=previous))
    return made, signed(len(made), previous, mac)


def problems(events: list[Event], head: Head, anchors: tuple[Head, ...] = ()):
    verifier = Verifier(mac=mac)
    verifier.expect(anchors)
    for event in events:
        verifier.feed(event)
    return verifier.finish(head)


quick = settings(derandomize=True, max_examples=20, deadline=None)


@quick
@given(chains)
def test_an_untouched_chain_is_whole(acts_):
    assert problems(*chained(acts_)) == []


def test_an_empty_chain_is_whole():
    assert problems([], Head(seq=0, hash=GENESIS, mac=b"")) == []


EDITS = {
    "seq": lambda it: it + 1,
    "at": lambda it: it + timedelta(microseconds=1),
    "by": lambda it: UUID(int=99),
    "what": lambda it: it + "x",
    "whom": lambda it: UUID(int=99),
    "details": lambda it: it + " ",
    "previous": lambda it: bytes([it[0] ^ 1]) + it[1:],
    "hash": lambda it: bytes([it[0] ^ 1]) + it[1:],
}


@quick
@given(chains, st.data())
def test_every_single_edit_is_found(acts_, data):
    events, head = chained(acts_)
    place = data.draw(st.integers(0, len(events) - 1))
    for name, change in EDITS.items():
        changed = list(events)
        value = change(getattr(events[place], name))
        changed[place] = replace(events[place], **{name: value})
        assert problems(changed, head), name
        # Also when its own hash is made to fit, which anybody can compute.
        if name != "hash":
            changed[place] = replace(changed[place], hash=digest(changed[place]))
            assert problems(changed, head), name


@quick
@given(chains, st.data())
def test_every_deletion_insertion_swap_and_cut_is_found(acts_, data):
    events, head = chained(acts_)
    place = data.draw(st.integers(0, len(events) - 1))
    assert problems(events[:place] + events[place + 1 :], head)
    assert problems([*events[:place], events[place], *events[place:]], head)
    assert problems(events[:place], head)
    for other in range(len(events)):
        if other != place:
            swapped = list(events)
            swapped[place] = replace(events[other], seq=events[place].seq)
            swapped[other] = replace(events[place], seq=events[other].seq)
            assert problems(swapped, head)


@quick
@given(chains, st.data())
def test_a_chain_written_anew_without_the_secret_is_found(acts_, data):
    events, head = chained(acts_)
    if len(events) == 1:
        return  # A trail emptied to its beginning is a young one: anchors find that.
    place = data.draw(st.integers(0, len(events) - 1))
    forged, _ = chained([*events[:place], *events[place + 1 :]])
    end = forged[-1].hash
    assert problems(forged, signed(len(forged), end, theirs))
    assert problems(forged, replace(head, seq=len(forged), hash=end))


@quick
@given(chains)
def test_an_older_chain_with_its_older_head_is_found_by_an_anchor(acts_):
    events, head = chained(acts_)
    older = events[:-1]
    end = older[-1].hash if older else GENESIS
    put_back = signed(len(older), end, mac)
    if older:
        assert problems(older, put_back) == []  # why anchors are kept elsewhere
    assert problems(older, put_back, (head,))
    assert problems(events, head, (head,)) == []


def test_a_forged_anchor_is_named():
    events, head = chained([make("a.b")])
    forged = signed(1, bytes(32), theirs)
    [problem] = problems(events, head, (forged,))
    assert "anchor" in str(problem)


def make(what: str) -> Event:
    return Event(
        seq=0, at=NOW, by=None, what=what, whom=None, details="{}", previous=GENESIS
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "bc"), ("ab", "c")), (('a","', "b"), ("a", '","b'))],
)
def test_no_two_events_have_the_same_bytes(one, other):
    first, second = (
        replace(make("x.y"), what=what, details=details)
        for what, details in (one, other)
    )
    assert digest(first) != digest(second)
