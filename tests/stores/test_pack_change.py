"""Another face pack: templates are made anew from the photos, and the old ones go."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from redis.exceptions import ConnectionError as RedisGone

from app.accounts.domain.consents import Purpose
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.photos import Photos
from app.adapters.packs_in_use import KEY, PacksInUse
from app.adapters.redis import connect
from app.adapters.signing import Signer
from app.adapters.tasks import alongside
from app.kernel.findings import Template
from app.kernel.messages import CaptureCommand, Sample
from app.proctoring.domain.words import Verdict
from app.proctoring.service.evidence import Evidence
from media.faces.engine import Captured
from tests.people import PHOTO
from tests.stores.ledger_world import SECRET, build_books
from tests.stores.world import finding
from workers.face_matcher import STREAM, Matcher
from workers.hands import Hands
from workers.pack_change import GRACE, PackChange

A, B = "faceplugin-0.0.1", "buffalo_l-1"


class Engine:
    """Of one pack: what it was given, and a template that tells the pack."""

    def __init__(self, pack):
        self.pack, self.photos, self.references = pack, [], []

    def enrol(self, jpeg):
        self.photos.append(jpeg)
        return Template(pack=self.pack, vector=self.pack.encode() * 50)

    def capture(self, frames, reference, ask):
        self.references.append(reference)
        seen = finding(Verdict.MATCH)
        return Captured(seen if reference else replace(seen, similarity=None))


class Place:
    def __init__(self, books, redis, patient):
        self.world, self.redis, self.books = books.world, redis, books
        self.packs = PacksInUse(redis)
        house = books.house
        self.photos = Photos(self.world.db, self.world.clock, house.envelopes)
        self.consents = Consents(house, Signer(SECRET))
        self.house = SimpleNamespace(
            redis=redis,
            patient_redis=patient,
            hands=Hands(),
            desk=self.world.desk,
            looks=self.world.looks,
            consents=self.consents,
            pictures=books.pictures,
            photos=self.photos,
            evidence=Evidence(
                self.world.desk, house.envelopes, None, self.consents, house.trail
            ),
        )

    def change(self, pack) -> PackChange:
        return PackChange(pack, self.packs, self.photos, self.world.clock)

    async def make(self, pack) -> Template:
        """As a matcher with this pack would."""
        engine = Engine(pack)
        wanted = await self.photos.claim_wanted_reference(pack)
        await self.photos.save_reference(wanted.photo, engine.enrol(wanted.jpeg))
        return await self.photos.reference_of(self.world.student, pack)

    async def kept(self) -> set[str]:
        async with self.world.db.connection() as tx:
            rows = await tx.fetch("SELECT pack FROM reference WHERE state = 'made'")
        return {row["pack"] for row in rows}

    async def stops(self, pack) -> None:
        """As when its last matcher beat so long ago."""
        seconds, _ = await self.redis.time()
        await self.redis.zadd(KEY, {pack: seconds - 301})

    def matching(self, engine):
        return alongside(Matcher(self.house, engine).run())


@pytest.fixture
async def place(world, redis, redis_url):
    books = await build_books(world)
    patient = connect(redis_url, patience_s=5)
    made = Place(books, redis, patient)
    version = current_notice().version
    await made.consents.give(world.student, list(Purpose), version, "a browser")
    await made.photos.set_photo(world.student, PHOTO)
    yield made
    await patient.aclose()


async def until(answer):
    for _ in range(200):
        if await answer():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about in time")


async def test_another_pack_makes_its_own_from_the_photo(place):
    old = await place.make(A)
    engine = Engine(B)
    async with place.matching(engine):
        await until(lambda: _has(place, B))
    assert engine.photos == [PHOTO]
    new = await place.photos.reference_of(place.world.student, B)
    assert (new.pack, new.vector) == (B, B.encode() * 50)
    assert new.vector != old.vector
    assert await place.photos.claim_wanted_reference(B) is None  # Once.


async def test_the_old_template_is_no_reference_for_the_new_pack(place):
    """Until its own is made a look says that we could not check, and no more."""
    await place.make(A)
    world, engine = place.world, Engine(B)
    wanted = await place.photos.claim_wanted_reference(B)  # Somebody is making it.
    await world.open()
    (lease,) = await world.looks.claim_due()
    command = CaptureCommand(
        look=lease.look,
        attempt=lease.attempt,
        sitting=lease.sitting,
        epoch=lease.epoch,
    )
    async with place.matching(engine):
        sample = Sample(command=command, frames=(PHOTO,))
        await place.redis.xadd(STREAM, sample.to_fields())
        await until(lambda: world.verdicts(lease.look))
    assert engine.references == [None]
    assert await world.verdicts(lease.look) == Verdict.SYSTEM_UNAVAILABLE
    await place.photos.save_reference(wanted.photo, Engine(B).enrol(wanted.jpeg))
    mine = await place.photos.reference_of(world.student, B)
    assert mine.pack == B


async def test_the_old_packs_templates_go_an_hour_after_its_last_matcher(place):
    await place.make(A)
    await place.make(B)
    old, new = place.change(A), place.change(B)
    for _ in range(3):  # A rolling change that takes its time: both stay.
        await old.step()
        await new.step()
        place.world.clock.forward(GRACE.total_seconds())
    assert await place.kept() == {A, B}
    await place.stops(A)
    await new.step()
    place.world.clock.forward(GRACE.total_seconds() - 1)
    await new.step()
    assert await place.kept() == {A, B}
    place.world.clock.forward(1)
    await new.step()
    assert await place.kept() == {B}


async def test_changing_back_within_the_hour_finds_every_template(place):
    await place.make(A)
    await place.make(B)
    new = place.change(B)
    await new.step()
    place.world.clock.forward(GRACE.total_seconds() - 60)
    await place.change(A).step()
    for _ in range(2):
        await new.step()
        place.world.clock.forward(120)
    assert await place.kept() == {A, B}
    await place.stops(A)
    await new.step()
    place.world.clock.forward(GRACE.total_seconds() - 1)
    await new.step()
    assert await place.kept() == {A, B}  # The hour begins anew.


async def test_nothing_goes_before_the_new_one_is_decided(place):
    await place.make(A)
    new = place.change(B)
    await new.step()
    place.world.clock.forward(GRACE.total_seconds())
    await place.photos.claim_wanted_reference(B)
    await new.step()
    assert await place.kept() == {A}


async def test_a_redis_out_of_reach_proves_nothing(place):
    await place.make(A)
    await place.make(B)
    new = place.change(B)
    await new.step()
    place.world.clock.forward(GRACE.total_seconds() - 1)
    told, place.packs.told = place.packs.told, _gone
    with pytest.raises(RedisGone):
        await new.step()
    place.packs.told = told
    place.world.clock.forward(1)
    await new.step()
    assert await place.kept() == {A, B}


async def test_a_running_matcher_tells_of_its_pack(place):
    async with place.matching(Engine(B)):
        await until(place.packs.told)
    assert await place.packs.told() == {B}


async def _gone():
    raise RedisGone


async def _has(place, pack) -> bool:
    return pack in await place.kept()
