"""The face matcher's samples and evidence, whatever the store of objects does."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
import structlog
from structlog.contextvars import merge_contextvars

from app.accounts.domain.consents import Purpose
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.photos import Photos
from app.adapters.objects import Objects, ObjectsAway
from app.adapters.redis import connect, forget_older
from app.adapters.signing import Signer
from app.adapters.tasks import alongside
from app.kernel.messages import CaptureCommand, Sample
from app.kernel.refusals import Unavailable
from app.proctoring.domain.words import Verdict
from app.proctoring.service.evidence import Evidence
from app.proctoring.service.remembered import AGE
from media.faces.engine import Captured
from tests.stores.ledger_world import SECRET, build_books
from tests.stores.world import finding
from workers.evidence_keeper import WAITING_MOST, EvidenceKeeper
from workers.face_matcher import GROUP, STREAM, Matcher
from workers.hands import Hands
from workers.housekeeping import forget_samples

JPEG = b"\xff\xd8" + bytes(500)


class Eyes:
    """An engine that sees what it is told to."""

    pack = "test"
    sees = Verdict.MATCH
    seen = 0

    def capture(self, frames, reference, ask):
        self.seen += 1
        return Captured(finding(self.sees))


class Store:
    """Objects in a folder; `broken` is what a call does before it is answered."""

    def __init__(self, folder):
        self._objects = Objects(str(folder))
        self.broken = None

    async def put(self, key, data):
        if self.broken:
            await self.broken()
        await self._objects.put(key, data)


async def raises():
    raise ObjectsAway


async def hangs():
    await asyncio.Event().wait()


class Room:
    """A matcher with a real database and Redis, whose eyes and store are ours."""

    def __init__(self, books, redis, patient, folder):
        self.world, self.redis = books.world, redis
        self.eyes, self.store = Eyes(), Store(folder)
        consents = Consents(books.house, Signer(SECRET))
        self.evidence = Evidence(
            books.world.desk,
            books.house.envelopes,
            self.store,
            consents,
            books.house.trail,
        )
        self.house = SimpleNamespace(
            redis=redis,
            patient_redis=patient,
            hands=Hands(),
            desk=books.world.desk,
            looks=books.world.looks,
            consents=consents,
            pictures=books.pictures,
            photos=Photos(books.world.db, books.world.clock, books.house.envelopes),
            evidence=self.evidence,
        )
        self.keeper = EvidenceKeeper(self.evidence, again_after_s=0.01)

    def matching(self):
        return alongside(Matcher(self.house, self.eyes, self.keeper).run())

    async def captured(self, lease) -> None:
        """As a media node hands it over."""
        command = CaptureCommand(
            look=lease.look,
            attempt=lease.attempt,
            sitting=lease.sitting,
            epoch=lease.epoch,
            ask=lease.ask,
        )
        sample = Sample(command=command, frames=(JPEG,) * 3)
        await self.redis.xadd(STREAM, sample.to_fields())

    async def look(self, sees: Verdict) -> None:
        """The next look is captured and judged, within two seconds."""
        self.eyes.sees = sees
        (lease,) = await self.world.looks.claim_due()
        self.world.clock.forward(1)
        await self.captured(lease)
        verdict = "SELECT verdict FROM look WHERE look_id = $1"
        await until(lambda: self.world.value(verdict, lease.look))
        await self.world.study(9)

    async def samples(self) -> int:
        return await self.redis.xlen(STREAM)

    async def pending(self) -> int:
        return (await self.redis.xpending(STREAM, GROUP))["pending"]


async def until(answer, within_s: float = 2):
    for _ in range(int(within_s / 0.01)):
        if found := await answer():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about in time")


@pytest.fixture
async def room(world, redis, redis_url, tmp_path):
    books = await build_books(world)
    consents = Consents(books.house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    patient = connect(redis_url, patience_s=5)
    yield Room(books, redis, patient, tmp_path)
    await patient.aclose()


async def an_incident(room) -> None:
    """Looks fail until there is an incident, whose pictures want to be kept."""
    await room.world.open()
    await room.look(Verdict.MATCH)
    await room.world.due_at_once("interval")
    for _ in range(room.world.desk.policy.retries + 1):
        await room.look(Verdict.MISMATCH)


async def kept(room) -> int:
    return await room.world.value("SELECT count(*) FROM evidence")


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_sample_that_nobody_waits_for_is_not_examined(room, guarded):
    """Else a matcher that is behind has no time for those that are waited for."""
    if not guarded:
        student = room.world.student
        room.house.looks.whose = lambda *_: asyncio.sleep(0, student)
    await room.world.open()
    (lease,) = await room.world.looks.claim_due()
    for attempt in (lease.attempt - 1, lease.attempt + 1):
        await room.captured(replace(lease, attempt=attempt))
    await room.captured(lease)
    await room.captured(lease)
    async with room.matching():
        await until(lambda: room.world.value("SELECT verdict FROM look"))
        await until(lambda: is_empty(room))
    assert room.eyes.seen == (1 if guarded else 4)


async def is_empty(room) -> bool:
    return await room.samples() == 0


async def test_a_store_that_hangs_delays_no_look_and_holds_no_sample(room):
    room.store.broken = hangs
    async with room.matching():
        await an_incident(room)
        await room.world.study(6)
        await room.look(Verdict.MISMATCH)
        await until(lambda: _is_zero(room.samples))
        assert await room.pending() == 0
    assert await kept(room) == 0


async def test_a_store_that_was_away_for_a_moment_loses_no_evidence(room):
    """Not the first failed looks' either, and each picture is there once."""
    away = iter([raises, raises])

    async def at_first():
        if broken := next(away, None):
            await broken()

    room.store.broken = at_first
    with structlog.testing.capture_logs([merge_contextvars]) as logs:
        async with room.matching():
            await an_incident(room)
            await until(lambda: _equals(6, kept, room))
            assert await room.samples() == await room.pending() == 0
    assert await room.world.value("SELECT count(DISTINCT look_id) FROM evidence") == 4
    assert len(room.evidence._first) == 0
    said = [it for it in logs if it["event"] == "evidence_away"]
    assert [it["error"] for it in said] == ["ObjectsAway"] * 2
    ids = {"sitting", "look"}
    assert set(said[0]) == {"event", "error", "log_level", *ids}  # No picture.


async def test_a_store_that_stays_away_is_said_and_looks_go_on(room):
    room.store.broken = raises
    with structlog.testing.capture_logs([merge_contextvars]) as logs:
        async with room.matching():
            await an_incident(room)
            await until(lambda: _has(logs, "evidence_lost"))
            await room.world.study(6)
            await room.look(Verdict.MATCH)
            await until(lambda: _is_zero(room.samples))
    lost = next(it for it in logs if it["event"] == "evidence_lost")
    assert lost["pictures"] == 3
    assert {"sitting", "look"} <= lost.keys()
    assert not _failed(logs)


async def test_a_sample_whose_judging_fails_is_gone_all_the_same(room):
    async def away(*_):
        raise Unavailable

    await room.world.open()
    (lease,) = await room.world.looks.claim_due()
    room.house.looks = SimpleNamespace(whose=away)
    with structlog.testing.capture_logs([merge_contextvars]) as logs:
        async with room.matching():
            await room.captured(lease)
            await until(lambda: _has(logs, "matching_failed"))
    told = next(it for it in logs if it["event"] == "look_not_judged")
    assert (told["look"], told["sitting"]) == (str(lease.look), str(lease.sitting))
    assert await room.samples() == await room.pending() == 0


async def test_what_a_dead_matcher_left_is_forgotten(room):
    seconds, _ = await room.redis.time()
    for age_s in (300, 61, 20):
        await room.redis.xadd(STREAM, {"frame0": JPEG}, id=(seconds - age_s) * 1000)
    await forget_samples(room.house)
    assert await room.samples() == 1
    assert await forget_older(room.redis, "no such stream", 1) == 0


async def test_faces_of_who_passed_elsewhere_are_forgotten_in_minutes(room):
    """Another matcher's memory hears nothing of it, and nothing else may come."""
    room.keeper = EvidenceKeeper(room.evidence, tidy_every_s=0.01)
    sitting = await room.world.open()
    look = (await room.world.looks.claim_due())[0].look
    room.keeper.judged(sitting, look, [JPEG] * 3, passed=False)
    async with alongside(room.keeper.run()):
        await until(lambda: _is_true(lambda: len(room.evidence._first) == 1))
        room.world.clock.forward(AGE.total_seconds())
        await until(lambda: _is_true(lambda: len(room.evidence._first) == 0))


async def test_too_many_looks_lose_passed_ones_first_and_then_the_oldest(room):
    sitting = await room.world.open()
    looks = list(range(WAITING_MOST))
    for look in looks:
        room.keeper.judged(sitting, look, [JPEG] * 5, passed=look == 7)
    waiting = room.keeper._waiting
    assert {len(it.frames) for it in waiting} == {3}
    for look in (100, 101):
        room.keeper.judged(sitting, look, [JPEG], passed=False)
    assert len(waiting) == WAITING_MOST
    assert [it.look for it in waiting] == [*looks[1:7], *looks[8:], 100, 101]


async def test_a_face_waits_for_a_store_for_a_while_only(room):
    room.keeper = EvidenceKeeper(room.evidence, again_after_s=0.01, held_s=0)
    room.store.broken = raises
    with structlog.testing.capture_logs([merge_contextvars]) as logs:
        async with room.matching():
            await an_incident(room)
            await until(lambda: _has(logs, "evidence_lost"))
    assert len([it for it in logs if it["event"] == "evidence_away"]) == 1


def _failed(logs) -> list:
    return [it for it in logs if it["event"] == "task_failed"]


async def _is_true(answer) -> bool:
    return answer()


async def _is_zero(answer) -> bool:
    return await answer() == 0


async def _equals(wanted, answer, *arguments) -> bool:
    return await answer(*arguments) == wanted


async def _has(logs, event) -> bool:
    return any(it["event"] == event for it in logs)
