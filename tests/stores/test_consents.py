"""No consent, no template: the schema itself."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from app.accounts.domain.consents import (
    BiometricsDeclined,
    CheckedBy,
    ConsentNeeded,
    NoticeChanged,
    Purpose,
)
from app.accounts.domain.people import Identity, Role
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.people import NewPerson, People
from app.accounts.service.photos import Photos
from app.accounts.store import consents as consent_store
from app.accounts.store import photos as photo_store
from app.adapters.signing import Signer, verify_text
from app.kernel.findings import Template
from tests.http.conftest import PHOTO
from tests.stores.entrance import LetterBox, SetClock, gatehouse_on

VERSION = current_notice().version
EVERYTHING = list(Purpose)


@pytest.fixture
def gatehouse(database):
    return gatehouse_on(database, SetClock(), LetterBox())


@pytest.fixture
def consents(gatehouse):
    return Consents(gatehouse, Signer("s" * 40))


@pytest.fixture
def photos(gatehouse):
    return Photos(gatehouse.db, gatehouse.clock, gatehouse.envelopes)


@pytest.fixture
async def asha(gatehouse, photos):
    account = await People(gatehouse).add(
        NewPerson(
            srn="ASHA1",
            name="Asha Rao",
            role=Role.STUDENT,
            password="a good long password",
            email="asha@example.org",
            mobile="+919876500001",
        )
    )
    await photos.set_photo(account, PHOTO)
    return account


async def make_template(photos) -> bool:
    wanted = await photos.claim_wanted_reference("test")
    if wanted is None:
        return False
    template = Template(pack="test", vector=bytes(2048))
    await photos.save_reference(wanted.photo, template)
    return True


async def test_without_consent_no_photo_is_turned_into_a_template(
    consents, photos, asha
):
    assert not await make_template(photos)
    with pytest.raises(ConsentNeeded):
        await consents.require(asha)
    await consents.give(asha, [Purpose.CAMERA], VERSION, "a browser")
    assert not await make_template(photos)
    with pytest.raises(BiometricsDeclined):
        await consents.require(asha)
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    assert await consents.require(asha) is CheckedBy.MACHINE
    assert await make_template(photos)


INSERT = """INSERT INTO reference (photo_id, pack, state, sealed, account_id,
        consent_id)
    SELECT p.photo_id, 'x', 'made', 'v'::bytea, p.account_id,
        coalesce((SELECT consent_id FROM consent WHERE purpose = $1 LIMIT 1),
            gen_random_uuid())
    FROM profile_photo p"""


async def insert_template(database, purpose: str = "biometrics") -> None:
    async with database.transaction() as tx:
        await tx.execute(INSERT, purpose)


async def test_the_schema_refuses_a_template_without_consent(consents, database, asha):
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await insert_template(database)
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await insert_template(database, "camera")
    await consents.withdraw(asha, Purpose.BIOMETRICS)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await insert_template(database)
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    async with database.transaction() as tx:
        await tx.execute(INSERT.replace("LIMIT 1", "AND stands"), "biometrics")


async def test_without_the_foreign_key_it_would_be_taken(database, asha):
    """Control: it is the key that refuses, nothing else."""
    async with database.transaction() as tx:
        await tx.execute(
            "ALTER TABLE reference DROP CONSTRAINT no_template_without_consent"
        )
    await insert_template(database)


async def test_a_consent_cannot_fall_from_under_a_template(
    consents, photos, database, asha
):
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    await make_template(photos)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with database.transaction() as tx:
            await tx.execute(
                "UPDATE consent SET stands = false, withdrawn_at = now() + '9 years'"
            )
    assert await consents.withdraw(asha, Purpose.BIOMETRICS)
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM reference") == 0
    assert not await consents.withdraw(asha, Purpose.BIOMETRICS)


async def test_a_template_that_is_being_made_while_consent_goes_is_dropped(
    consents, photos, database, asha
):
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    wanted = await photos.claim_wanted_reference("test")
    await consents.withdraw(asha, Purpose.BIOMETRICS)
    template = Template(pack="test", vector=bytes(2048))
    await photos.save_reference(wanted.photo, template)
    assert await photos.reference_of(asha, "test") is None


async def claim(tx, gatehouse):
    now, lease = gatehouse.clock.now(), timedelta(seconds=30)
    return await photo_store.claim_wanted(tx, "test", now, lease)


async def test_who_withdraws_while_a_template_is_claimed_is_not_refused(
    consents, gatehouse, database, asha
):
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    async with database.transaction() as tx:
        assert await claim(tx, gatehouse) is not None
        withdrawing = asyncio.create_task(consents.withdraw(asha, Purpose.BIOMETRICS))
        await waits_for_a_lock(database)
    assert await withdrawing
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM reference") == 0


async def test_a_photo_whose_consent_is_just_going_is_not_claimed(
    consents, gatehouse, database, asha
):
    """Nor does the matcher wait for it, or fall over the foreign key."""
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    async with database.transaction() as tx:
        now = gatehouse.clock.now()
        await consent_store.withdraw(tx, asha, Purpose.BIOMETRICS, now)
        async with database.transaction() as other:
            assert await claim(other, gatehouse) is None
    async with database.transaction() as tx:
        assert await claim(tx, gatehouse) is None


async def waits_for_a_lock(database) -> None:
    async with database.connection() as tx:
        for _ in range(200):
            if await tx.fetchval(
                """SELECT EXISTS (SELECT FROM pg_stat_activity WHERE
                   datname = current_database() AND wait_event_type = 'Lock')"""
            ):
                return
            await asyncio.sleep(0.02)
    raise AssertionError("nothing waits")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent SET given_at = given_at - interval '1 day'",
        "UPDATE consent SET purpose = 'evidence' WHERE purpose = 'camera'",
        "DELETE FROM consent",
    ],
)
async def test_a_consent_is_never_rewritten(consents, database, asha, change):
    await consents.give(asha, [Purpose.CAMERA], VERSION, "a browser")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        async with database.transaction() as tx:
            await tx.execute(change)


async def test_giving_many_times_at_once_is_one_consent(consents, database, asha):
    given = (consents.give(asha, EVERYTHING, VERSION, "tab") for _ in range(8))
    await asyncio.gather(*given)
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM consent") == len(Purpose)


async def test_consent_to_a_text_that_has_changed_is_not_taken(consents, asha):
    with pytest.raises(NoticeChanged):
        await consents.give(asha, EVERYTHING, VERSION + 1, "a browser")


async def test_the_receipt_is_signed_and_has_what_was_withdrawn(consents, asha):
    await consents.give(asha, EVERYTHING, VERSION, "Firefox on Linux")
    await consents.withdraw(asha, Purpose.EVIDENCE)
    receipt = await consents.receipt(asha)
    assert b"Firefox on Linux" in receipt
    assert receipt.count(b"no, it stands") == 2
    assert verify_text(receipt, Signer("s" * 40))
    assert not verify_text(receipt.replace(b"Firefox", b"Firefax"), Signer("s" * 40))
    assert not verify_text(receipt, Signer("t" * 40))


async def test_who_declines_biometrics_can_be_checked_by_a_person(
    consents, gatehouse, asha
):
    await consents.give(asha, [Purpose.CAMERA], VERSION, "a browser")
    await consents.wish_person(asha)
    assert (await consents.overview(asha)).person_wished_at
    staff = Identity(
        account=asha,
        srn="HELP1",
        name="Hari",
        role=Role.HELPDESK,
        login=asha,
        proved_at=gatehouse.clock.now(),
        language="en",
        time_zone="Asia/Kolkata",
    )
    await consents.set_checked_by(staff, asha, CheckedBy.PERSON)
    assert await consents.require(asha) is CheckedBy.PERSON
    assert gatehouse.outbox.newest("checking_set").to == "asha@example.org"


async def test_a_template_made_while_consent_was_withdrawn_is_thrown_away(
    consents, photos, database, asha
):
    """The worker is making numbers of the photo when the student withdraws."""
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    wanted = await photos.claim_wanted_reference("test")
    await consents.withdraw(asha, Purpose.BIOMETRICS)
    template = Template(pack="test", vector=bytes(2048))
    await photos.save_reference(wanted.photo, template)
    assert await photos.reference_of(asha, "test") is None
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM reference") == 0
        assert await tx.fetchval("SELECT count(*) FROM data_key") == 0


async def test_a_template_in_another_persons_row_is_not_opened(
    consents, photos, database, asha
):
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    assert await make_template(photos)
    assert await photos.reference_of(asha, "test") is not None  # the control
    async with database.transaction() as tx:
        await tx.execute("UPDATE reference SET pack = 'other'")
    assert await photos.reference_of(asha, "other") is None
    assert await make_template(photos)  # it is made anew


async def test_whoever_holds_a_consent_sees_it_stand_to_the_end(
    consents, database, asha
):
    await consents.give(asha, EVERYTHING, VERSION, "a browser")
    async with database.transaction() as tx:
        assert await consents.hold(tx, asha, Purpose.EVIDENCE)
        withdrawal = asyncio.ensure_future(consents.withdraw(asha, Purpose.EVIDENCE))
        await asyncio.sleep(0.2)
        assert not withdrawal.done()
    assert await withdrawal
    async with database.transaction() as tx:
        assert not await consents.hold(tx, asha, Purpose.EVIDENCE)
