"""Retention: what has had its time goes, and a signed report tells of it."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from app.accounts.domain.consents import Purpose
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.photos import Photos
from app.adapters import envelopes
from app.adapters.objects import Objects, ObjectsAway
from app.adapters.signing import Signer, verify_text
from app.kernel.findings import Template
from app.operations.privacy import retention_store
from app.operations.privacy.kept import KeptObject, ObjectSweep
from app.operations.privacy.policy import RetentionPolicy
from app.operations.privacy.programme import set_programme_end
from app.operations.privacy.retention import Retention
from tests.http.conftest import PHOTO
from tests.stores.entrance import SECRET, LetterBox, SetClock, gatehouse_on

POLICY = RetentionPolicy()


class KeptInMemory:
    """Rows that tell of objects: key -> (taken, settled)."""

    def __init__(self) -> None:
        self.rows = {}

    async def known(self, tx):
        return set(self.rows)

    async def due(self, tx, settled_before, taken_before):
        return [
            key
            for key, (taken, settled) in self.rows.items()
            if taken < taken_before or (settled and settled < settled_before)
        ]

    async def of(self, tx, account):
        return [KeptObject(key=it, context=it, name="a") for it in self.rows]

    async def forget(self, tx, keys):
        return sum(self.rows.pop(key, None) is not None for key in keys)


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def gatehouse(database, clock):
    return gatehouse_on(database, clock, LetterBox())


@pytest.fixture
def retention(database, clock):
    return Retention(database, clock, Signer(SECRET), POLICY, [])


async def add_student(database, srn="ASHA1"):
    account = uuid4()
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               VALUES ($1, $2, 'Asha', 'student', 'x', now(), now())""",
            account,
            srn,
        )
    return account


@pytest.fixture
def photos(gatehouse):
    return Photos(gatehouse.db, gatehouse.clock, gatehouse.envelopes)


@pytest.fixture
async def asha(database, gatehouse, photos):
    account = await add_student(database)
    await photos.set_photo(account, PHOTO)
    consents = Consents(gatehouse, Signer(SECRET))
    await consents.give(account, list(Purpose), current_notice().version, "a browser")
    return account


async def make_template(photos) -> bool:
    wanted = await photos.claim_wanted_reference("test")
    if wanted is None:
        return False
    await photos.save_reference(wanted.photo, Template(pack="test", vector=bytes(2048)))
    return True


async def count(database, table):
    async with database.connection() as tx:
        return await tx.fetchval(f"SELECT count(*) FROM {table}")


async def test_a_template_outlives_its_programme_by_thirty_days_and_no_more(
    database, gatehouse, photos, clock, retention, asha
):
    assert await make_template(photos)
    ends = clock.now().date() + timedelta(days=10)
    assert await set_programme_end(gatehouse, [asha], ends) == 1
    clock.forward(days=40)
    await retention.run()
    assert await photos.reference_of(asha, "test") is not None
    clock.forward(days=1)
    await retention.run()
    assert await photos.reference_of(asha, "test") is None
    assert await count(database, "data_key") == 0
    assert not await make_template(photos)  # nor is it made anew
    await set_programme_end(gatehouse, [asha], clock.now().date() + timedelta(days=9))
    assert await make_template(photos)  # whoever goes on gets one again


async def test_a_key_that_came_with_a_withdrawal_goes(
    database, gatehouse, retention, asha
):
    consents = Consents(gatehouse, Signer(SECRET))
    async with database.transaction() as tx:
        for purpose in envelopes.Purpose:
            await gatehouse.envelopes.seal(tx, asha, purpose, b"x", context="c")
    await retention.run()
    assert await count(database, "data_key") == 3  # the control: all are agreed to
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE consent SET stands = false, withdrawn_at = given_at
               WHERE purpose <> 'camera'"""
        )
    await retention.run()
    assert await count(database, "data_key") == 1
    await consents.withdraw(asha, Purpose.CAMERA)
    assert await count(database, "data_key") == 0


async def test_old_devices_failures_and_requests_go_and_newer_stay(
    database, clock, retention
):
    asha = await add_student(database)
    async with database.transaction() as tx:
        for days in (364, 366):
            at = clock.now() - timedelta(days=days)
            await tx.execute(
                """INSERT INTO device (device_id, account_id, token_hash, name,
                       first_seen_at, last_seen_at)
                   VALUES ($1, $2, $3, 'Firefox', $4, $4)""",
                uuid4(),
                asha,
                uuid4().bytes * 2,
                at,
            )
            await tx.execute(
                "INSERT INTO lockout (scope, failures, last_at) VALUES ($1, 1, $2)",
                uuid4().bytes * 2,
                at,
            )
            await tx.execute(
                """INSERT INTO registration (registration_id, name, email, mobile,
                       photo, asked_at, state, decided_at)
                   VALUES ($1, 'Nila', $2, '+91', $3, $4, 'refused', $4)""",
                uuid4(),
                f"n{days}@example.org",
                PHOTO,
                at,
            )
            await tx.execute(
                """INSERT INTO photo_request (request_id, account_id, jpeg, asked_at,
                       state, decided_at) VALUES ($1, $2, $3, $4, 'approved', $4)""",
                uuid4(),
                asha,
                PHOTO,
                at,
            )
    await retention.run()
    for table in ("device", "lockout", "registration", "photo_request"):
        assert await count(database, table) == 1, table


async def test_once_a_day_and_the_report_is_signed(database, clock, retention):
    assert await retention.run_daily()
    assert not await retention.run_daily()
    clock.forward(days=1)
    assert await retention.run_daily()
    newest, first = await retention.reports(10)
    assert newest.made_at > first.made_at
    assert newest.genuine
    told = json.loads(newest.signed.split(b"# signature")[0])
    assert told["policy"]["template_days"] == 30
    assert set(told["done"].values()) == {0}
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE retention_report SET signed = convert_to(replace(
                   convert_from(signed, 'UTF8'), ': 0', ': 1'), 'UTF8')"""
        )
    assert not any(it.genuine for it in await retention.reports(10))
    assert not verify_text(newest.signed, Signer("t" * 40))


async def test_two_at_once_are_one(database, retention):
    async with database.transaction() as tx:
        assert await retention_store.alone(tx)
        assert not await retention.run()
    assert await retention.run()


# --- objects ----------------------------------------------------------------------


@pytest.fixture
def objects(tmp_path):
    return Objects(str(tmp_path / "evidence"))


@pytest.fixture
def kept():
    return KeptInMemory()


def sweep_on(database, objects, kept):
    return ObjectSweep(database, objects, kept, POLICY)


async def keys(objects):
    return {it.key async for it in objects.all()}


async def test_evidence_goes_after_the_decision_and_at_the_latest_in_180_days(
    database, objects, kept, clock
):
    now, day = clock.now(), timedelta(days=1)
    kept.rows = {
        "decided/29": (now - 60 * day, now - 29 * day),
        "decided/31": (now - 60 * day, now - 31 * day),
        "open/179": (now - 179 * day, None),
        "open/181": (now - 181 * day, None),
    }
    for key in kept.rows:
        await objects.put(key, b"sealed")
    sweep = sweep_on(database, objects, kept)
    assert (await sweep(now))["evidence whose time is over"] == 2
    assert await keys(objects) == {"decided/29", "open/179"} == set(kept.rows)
    assert (await sweep(now))["evidence whose time is over"] == 0


async def test_cut_off_between_object_and_row_the_next_run_finishes(
    database, objects, kept, clock
):
    kept.rows = {"old/1": (clock.now() - timedelta(days=181), None)}
    done = await sweep_on(database, objects, kept)(clock.now())  # no object there
    assert (done["evidence whose time is over"], kept.rows) == (1, {})


async def test_orphans_go_and_missing_objects_are_told_of(
    database, objects, kept, clock
):
    now = clock.now()
    await objects.put("orphan/1", b"nobody tells of it")
    await objects.put("known/1", b"somebody does")
    kept.rows = {"known/1": (now, None), "lost/1": (now, None)}
    sweep = sweep_on(database, objects, kept)
    young = await sweep(now - timedelta(days=400))
    assert young["objects that no row told of"] == 0  # it may be being kept just now
    clock.forward(days=400)
    kept.rows = {it: (clock.now(), None) for it in kept.rows}
    done = await sweep(clock.now())
    assert done["objects that no row told of"] == 1
    assert done["rows whose object is missing (kept, look into it)"] == 1
    assert await keys(objects) == {"known/1"}
    assert set(kept.rows) == {"known/1", "lost/1"}


async def test_a_store_out_of_reach_leaves_no_report(database, clock):
    async def away(now):
        raise ObjectsAway

    retention = Retention(database, clock, Signer(SECRET), POLICY, [away])
    with pytest.raises(ObjectsAway):
        await retention.run_daily()
    assert await retention.reports(1) == []


@pytest.mark.parametrize("name", ["template_days", "evidence_days"])
def test_what_the_consent_text_promises_can_be_shortened_and_not_lengthened(name):
    assert RetentionPolicy(**{name: 0})
    with pytest.raises(ValueError, match="less than or equal"):
        RetentionPolicy(**{name: 31})
    text = current_notice().items
    assert "30 days" in next(it for it in text if it.code == "biometrics").how_long
    assert "180 days" in next(it for it in text if it.code == "evidence").how_long
