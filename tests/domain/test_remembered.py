"""First pictures are held for a while and in small numbers, and no longer."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.kernel.ids import LookId, SittingId
from app.proctoring.service import remembered
from app.proctoring.service.remembered import AGE, EACH, SITTINGS, FirstPictures

T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
JPEG = b"\xff\xd8"


def sitting() -> SittingId:
    return SittingId(uuid4())


def look() -> LookId:
    return LookId(uuid4())


def test_what_is_too_old_goes_by_itself():
    first, one, two = FirstPictures(), sitting(), sitting()
    first.add(one, look(), JPEG, T0)
    first.add(two, look(), JPEG, T0 + timedelta(minutes=1))
    first.expire(T0 + AGE - timedelta(seconds=1))
    assert len(first) == 2
    assert first.of(one, T0 + AGE) == []
    assert len(first) == 1
    first.expire(T0 + 2 * AGE)
    assert len(first) == 0


def test_who_passes_is_forgotten_alone():
    first, one, two = FirstPictures(), sitting(), sitting()
    for it in (one, two):
        first.add(it, look(), JPEG, T0)
    first.forget(one)
    first.forget(one)
    assert first.of(one, T0) == []
    assert len(first.of(two, T0)) == 1


def test_a_look_is_remembered_once_and_a_sitting_has_few():
    first, one = FirstPictures(), sitting()
    looks = [look() for _ in range(EACH + 3)]
    for it in (*looks, looks[-1]):
        first.add(one, it, JPEG, T0)
    assert [it.look for it in first.of(one, T0)] == looks[-EACH:]


def test_too_many_sittings_or_bytes_lose_the_oldest(monkeypatch):
    first, sittings = FirstPictures(), [sitting() for _ in range(SITTINGS + 5)]
    for it in sittings:
        first.add(it, look(), JPEG, T0)
    assert len(first) == SITTINGS
    assert first.of(sittings[4], T0) == []
    assert first.of(sittings[5], T0) != []
    monkeypatch.setattr(remembered, "BYTES", 25)
    first = FirstPictures()
    for it in sittings[:3]:
        first.add(it, look(), bytes(10), T0)
    assert [len(first.of(it, T0)) for it in sittings[:3]] == [0, 1, 1]
