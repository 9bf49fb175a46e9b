"""Export and erasure: all of it handed out, and nothing readable left."""

import base64
import io
import json
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from app.accounts.domain.consents import Purpose
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.people import People
from app.accounts.service.photos import Photos
from app.adapters import envelopes
from app.adapters.envelopes import Unreadable
from app.adapters.objects import Objects, ObjectsAway
from app.adapters.signing import Signer, verify_text
from app.kernel.findings import Template
from app.kernel.ids import AccountId
from app.operations.privacy.erasing import (
    Erasing,
    NotAStudent,
    SeatComing,
    pseudonym,
    subject,
)
from app.operations.privacy.exporting import Exporting
from app.operations.privacy.holdings import HOLDINGS, OTHERS
from app.proctoring.domain.marks import Mark, stamp_of
from app.proctoring.domain.words import Verdict
from app.proctoring.service.clips import Clips
from app.proctoring.service.pictures import Pictures
from tests.http.conftest import PHOTO
from tests.stores.booking_world import BookingWorld
from tests.stores.booking_world import key as new_key
from tests.stores.entrance import SECRET, LetterBox, gatehouse_on
from tests.stores.test_retention import KeptInMemory
from tests.stores.world import build_world

VECTOR = random.Random(7).randbytes(2048)
JPEG = b"\xff\xd8\xff" + random.Random(8).randbytes(500)
FRAME = b"\xff\xd8\xff" + random.Random(9).randbytes(500)
KEY = "evidence/1.sealed"


class Away:
    """A store that does not answer."""

    async def delete(self, keys) -> None:
        raise ObjectsAway


@pytest.fixture
async def world(database):
    world = await build_world(database)
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE account SET name = 'Asha Rao', srn = 'ASHA001',
                   email = 'asha@example.org', mobile = '+919876500001'"""
        )
    return world


@pytest.fixture
def house(database, world):
    return gatehouse_on(database, world.clock, LetterBox())


@pytest.fixture
def objects(tmp_path):
    return Objects(str(tmp_path / "evidence"))


@pytest.fixture
async def kept(database, world, house, objects):
    """A picture of evidence, sealed and kept."""
    kept = KeptInMemory()
    async with database.transaction() as tx:
        sealed = await house.envelopes.seal(
            tx, world.student, envelopes.Purpose.EVIDENCE, FRAME, context=KEY
        )
    await objects.put(KEY, sealed)
    kept.rows[KEY] = (world.clock.now(), None)
    return kept


@pytest.fixture
async def asha(database, world, house):
    """Hours, a photo, a template, a picture that waits, a note: a life."""
    photos = Photos(database, world.clock, house.envelopes)
    await photos.set_photo(world.student, PHOTO)
    consents = Consents(house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    wanted = await photos.claim_wanted_reference("test")
    await photos.save_reference(wanted.photo, Template(pack="test", vector=VECTOR))
    await world.open()
    await world.look(Verdict.MATCH)
    await world.study(570)
    await world.due_at_once("interval")
    await world.look(Verdict.MATCH)
    await world.study(60)
    await world.due_at_once("interval")
    (lease,) = await world.looks.claim_due()
    pictures = Pictures(world.desk, house.envelopes, house.trail)
    await pictures.hold(lease.look, lease.attempt, JPEG)
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO registration (registration_id, name, email, mobile, photo,
                   asked_at, state, decided_at, account_id) VALUES ($1, 'Asha Rao',
                   'asha@example.org', '+919876500001', $2, now(), 'approved', now(),
                   $3)""",
            uuid4(),
            PHOTO,
            world.student,
        )
        await tx.execute(
            """INSERT INTO live_view (view_id, sitting_id, epoch, viewed_by, reason,
                   opened_at, until, held_until)
               SELECT $1, sitting_id, 1, account_id, 'Asha Rao looks away', now(),
                   now() + interval '600 s', now() + interval '30 s' FROM sitting""",
            uuid4(),
        )
    return await People(house).find("ASHA001")


@pytest.fixture
def erasing(world, house, objects, kept, redis):
    return Erasing(
        house=house,
        consents=Consents(house, Signer(SECRET)),
        objects=objects,
        redis=redis,
        signer=Signer(SECRET),
        kept=kept,
        end=world.sittings.withdraw,
    )


async def dump(database) -> str:
    """Every row of every table as text; bytes in hexadecimal."""
    texts = []
    async with database.connection() as tx:
        for table in await tables(tx):
            rows = await tx.fetch(f"SELECT t::text AS row FROM {table} t")
            texts += [f"{table}: {row['row']}" for row in rows]
    return "\n".join(texts)


async def tables(tx):
    rows = await tx.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    return [row["table_name"] for row in rows]


async def marks_of(redis, clock, account, sitting) -> Mark:
    """A mark of a glance is compared, and so kept."""
    stamp, hashed = stamp_of(clock.now()), bytes(range(28))
    mark = Mark(account=account, sitting=sitting, stamp=stamp, hashed=hashed)
    await Clips(redis).twins([mark])
    return mark


async def in_redis(redis, *wanted: bytes) -> bool:
    """Whether one of them is in a key or a value, as text or bytes."""
    held = []
    for key in await redis.keys("*"):
        kind = await redis.type(key)
        if kind == b"list":
            held += await redis.lrange(key, 0, -1)
        elif kind == b"hash":
            held += [b"".join(it) for it in (await redis.hgetall(key)).items()]
        held.append(key)
    return any(it in value for it in wanted for value in held)


async def sealed_things(database):
    async with database.connection() as tx:
        template = await tx.fetchrow("SELECT photo_id, sealed FROM reference")
        picture = await tx.fetchval("SELECT sealed FROM look_picture")
    return template["photo_id"], template["sealed"], picture


async def open_template(database, house, account, photo, sealed):
    async with database.connection() as tx:
        return await house.envelopes.open(
            tx,
            account,
            envelopes.Purpose.TEMPLATE,
            sealed,
            context=f"reference:{photo}:test",
        )


# --- erasure ----------------------------------------------------------------------


async def test_erasure_leaves_nothing_readable(database, world, house, asha, erasing):
    redis, objects = erasing.redis, erasing.objects
    sitting = await world.value("SELECT sitting_id FROM sitting")
    await redis.set(f"video:{sitting}", "n1")
    await redis.xadd("samples", {"sitting": str(sitting), "frame0": JPEG})
    await redis.xadd("samples", {"sitting": str(uuid4()), "frame0": b"another's"})
    photo, template, picture = await sealed_things(database)
    before = await dump(database)
    # Controls: the search finds what is there, and what is sealed opens.
    named = ("Asha Rao", "ASHA001", "asha@example.org", "+919876500001", PHOTO.hex())
    for it in (*named, template.hex(), picture.hex()):
        assert it in before
    assert VECTOR.hex() not in before
    assert JPEG.hex() not in before
    assert await open_template(database, house, asha.account, photo, template) == VECTOR
    evidence = await objects.get(KEY)

    await erasing.erase(asha)

    after = await dump(database)
    for it in (*named, template.hex(), picture.hex(), VECTOR.hex()):
        assert it not in after
    assert [it async for it in objects.all()] == []
    assert await world.value("SELECT count(*) FROM data_key") == 0
    assert await world.value("SELECT count(*) FROM live_view") == 0
    # Whoever kept copies of the sealed bytes, as a backup does, cannot open them.
    with pytest.raises(Unreadable):
        await open_template(database, house, asha.account, photo, template)
    async with database.connection() as tx:
        with pytest.raises(Unreadable):
            await house.envelopes.open(
                tx, asha.account, envelopes.Purpose.EVIDENCE, evidence, context=KEY
            )
    assert await redis.keys("video:*") == []
    (_, fields), *others = await redis.xrange("samples")
    assert (fields[b"frame0"], others) == (b"another's", [])


async def test_marks_of_glances_go_too_though_no_key_names_them(world, asha, erasing):
    redis, clock = erasing.redis, world.clock
    theirs = await marks_of(redis, clock, uuid4(), uuid4())
    mine = await marks_of(redis, clock, asha.account, uuid4())
    assert await in_redis(redis, mine.account.bytes)  # the control
    await erasing.erase(asha)
    assert not await in_redis(redis, mine.account.bytes, mine.sitting.bytes)
    assert await in_redis(redis, theirs.to_bytes())


async def test_hours_stand_and_the_ledger_names_nobody(
    database, world, house, asha, erasing
):
    hours = await world.seconds("confirmed")
    assert hours > 500
    receipt = await erasing.erase(asha)
    assert await world.seconds("confirmed") == hours
    assert await world.value("SELECT reason FROM sitting") == "withdrawn"
    async with database.connection() as tx:
        row = await tx.fetchrow("SELECT * FROM account")
    assert (row["srn"], row["state"]) == (pseudonym(asha.account), "closed")
    assert row["password_hash"] is None
    assert (await house.trail.verify(database)).problems == []
    told = json.loads(receipt.split(b"# signature")[0])
    assert told["hours_that_stand"] == f"0 h {int(hours // 60):02} min"


async def test_the_receipt_is_signed_kept_and_names_nobody(
    database, world, house, asha, erasing
):
    receipt = await erasing.erase(asha)
    assert verify_text(receipt, Signer(SECRET))
    assert not verify_text(receipt.replace(b"erasure", b"erosion"), Signer(SECRET))
    assert b"ASHA" not in receipt
    assert b"Asha" not in receipt
    assert subject(house.sealer, "ASHA001").encode() in receipt
    assert await world.value("SELECT receipt FROM erasure") == receipt
    assert await erasing.erase(asha) == receipt  # once erased, the same receipt
    assert await world.value("SELECT count(*) FROM erasure") == 1


async def test_cut_off_by_a_store_out_of_reach_it_is_unreadable_and_run_again(
    database, world, house, asha, erasing
):
    photo, template, _ = await sealed_things(database)
    away = replace(erasing, objects=Away())
    with pytest.raises(ObjectsAway):
        await away.erase(asha)
    with pytest.raises(Unreadable):
        await open_template(database, house, asha.account, photo, template)
    assert await world.value("SELECT srn FROM account") == "ASHA001"
    assert verify_text(await erasing.erase(asha), Signer(SECRET))
    assert [it async for it in erasing.objects.all()] == []


async def test_staff_is_not_erased(database, house, asha, erasing):
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET role = 'proctor'")
    with pytest.raises(NotAStudent):
        await erasing.erase(await People(house).find("ASHA001"))


async def test_another_student_keeps_everything(
    database, world, house, asha, erasing, objects
):
    other = await build_world(database)
    await other.open()
    await other.look(Verdict.MATCH)
    async with database.transaction() as tx:
        sealed = await house.envelopes.seal(
            tx, other.student, envelopes.Purpose.TEMPLATE, VECTOR, context="c"
        )
    await objects.put("evidence/another.sealed", b"sealed")
    mine = "SELECT (SELECT count(*) FROM sitting WHERE account_id = $1)"
    await erasing.erase(asha)
    assert await world.value(mine, other.student) == 1
    assert await world.value("SELECT count(*) FROM account WHERE state = 'active'") == 1
    async with database.connection() as tx:
        opened = await house.envelopes.open(
            tx, other.student, envelopes.Purpose.TEMPLATE, sealed, context="c"
        )
    assert opened == VECTOR
    assert await objects.get("evidence/another.sealed") == b"sealed"


# --- export -----------------------------------------------------------------------


async def test_the_export_has_everything_and_no_secret(
    database, house, objects, asha, kept
):
    data = await Exporting(house=house, objects=objects, kept=kept).export(asha)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = set(file.namelist())
        assert "Asha Rao (ASHA001)" in file.read("README.txt").decode()
        assert file.read("pictures/profile-photo.jpg") == PHOTO
        waiting = next(it for it in names if it.startswith("pictures/waiting"))
        assert file.read(waiting) == JPEG
        assert file.read("evidence/a.jpg") == FRAME
        template = json.loads(file.read("template/test.json"))
        assert base64.b64decode(template["float32_base64"]) == VECTOR
        account = json.loads(file.read("data/account.json"))[0]
        assert account["email"] == "asha@example.org"
        assert "password_hash" not in account
        looks = json.loads(file.read("data/look.json"))
        assert len(looks) >= 3
        assert not any("finding" in it for it in looks)
        [view] = json.loads(file.read("data/live_view.json"))
        assert view["reason"] == "Asha Rao looks away"
        assert "viewed_by" not in view
        everything = "".join(file.read(it).decode("latin-1") for it in names)
    for secret in ("wrapped", "token_hash", "similarity", "code_hash"):
        assert secret not in everything
    assert {f"data/{it}.json" for it in ("sitting", "stretch", "consent")} <= names


async def test_an_export_is_in_the_trail(database, house, objects, asha):
    await Exporting(house=house, objects=objects, kept=None).export(asha)
    async with database.connection() as tx:
        newest = (await house.trail.recent(tx, limit=1))[0]
    assert (newest.what, newest.whom) == ("privacy.exported", asha.account)


# --- the data map -----------------------------------------------------------------


async def test_every_table_is_in_the_data_map(database):
    mapped = {it.table for it in HOLDINGS}
    async with database.connection() as tx:
        there = set(await tables(tx))
        for it in HOLDINGS:  # and the map's conditions are good SQL
            await tx.fetchval(
                f"SELECT count(*) FROM {it.table} WHERE {it.of}", AccountId(uuid4())
            )
    assert mapped.isdisjoint(OTHERS)
    assert there - mapped - OTHERS == set()
    assert (mapped | OTHERS) - there == set()


async def test_a_table_that_refers_to_a_person_is_not_about_nobody(database):
    async with database.connection() as tx:
        rows = await tx.fetch(
            """SELECT table_name FROM information_schema.columns
               WHERE table_schema = 'public' AND column_name = ANY ($1)""",
            ["account_id", "sitting_id", "look_id", "incident_id", "about", "whom"],
        )
    assert {row["table_name"] for row in rows} & OTHERS == set()


@pytest.mark.parametrize("table", [it.table for it in HOLDINGS])
def test_the_document_tells_of_every_table(table):
    text = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text()
    assert f"`{table}`" in text


async def test_who_has_a_seat_for_a_test_is_not_erased_before_it_is_settled(
    world, asha, erasing
):
    booking = BookingWorld(world.db, world.clock)
    slot = await booking.slot(days=0)
    await world.value("UPDATE module SET hours = 40 WHERE code = 'M1'")
    seat = await booking.hold(asha.account, slot)
    with pytest.raises(SeatComing):
        await erasing.erase(asha)
    given = "SELECT count(*) FROM consent WHERE withdrawn_at IS NULL"
    assert await world.value(given) > 0
    await booking.seats.release(asha.account, new_key(), seat)
    await erasing.erase(asha)
    assert await world.value("SELECT count(*) FROM seat") == 1
