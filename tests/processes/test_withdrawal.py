"""Consent withdrawn in the browser: within five seconds no template can be read."""

import asyncio
import re
import time

import asyncpg
import pytest

from app.accounts.domain.consents import Purpose as Given
from app.accounts.service.consents import Consents
from app.accounts.service.gatehouse import open_gatehouse
from app.accounts.service.people import People
from app.adapters import db
from app.adapters.clock import AnchoredClock
from app.adapters.envelopes import Envelopes, Purpose, Unreadable
from app.adapters.key_ring import KeyRing
from app.adapters.signing import Signer
from app.kernel.ids import AccountId
from app.settings import Settings
from tests.processes.test_whip_client import Student, student, studying

__all__ = ["student"]
PROMISED_S = 5
OF_ASHA = "account_id = (SELECT account_id FROM account WHERE srn = 'ASHA001')"
TEMPLATES = f"SELECT count(*) FROM reference WHERE {OF_ASHA}"
KEYS = f"SELECT count(*) FROM data_key WHERE purpose = 'template' AND {OF_ASHA}"


async def press(student: Student, path: str, **fields: str) -> None:
    page = await (await student.http.get(f"{student.url}/account/consent")).text()
    csrf = re.search(r'csrf-token" content="(\w+)"', page)[1]
    answer = await student.http.post(
        f"{student.url}/account/consent/{path}", data={"csrf_token": csrf, **fields}
    )
    assert answer.status == 200, await answer.text()


async def copied_template(house):
    """As somebody would have it who can read the database."""
    connection = await asyncpg.connect(house.database_url)
    try:
        return await connection.fetchrow(
            f"SELECT account_id, photo_id, pack, sealed FROM reference WHERE {OF_ASHA}"
        )
    finally:
        await connection.close()


async def opened(house, copy) -> bytes | None:
    """What whoever has the copy, the database and every key of the house reads."""
    database = await db.connect(house.database_url, size=1)
    envelopes = Envelopes(KeyRing(house.environment["SPOM_SECRET"], None))
    try:
        async with database.connection() as tx:
            return await envelopes.open(
                tx,
                AccountId(copy["account_id"]),
                Purpose.TEMPLATE,
                copy["sealed"],
                context=f"reference:{copy['photo_id']}:{copy['pack']}",
            )
    except Unreadable:
        return None
    finally:
        await database.close()


@pytest.fixture
async def agreed_again(house):
    """The standing house keeps its consents from test to test."""
    kept = await house.value(f"SELECT max(version) FROM consent WHERE {OF_ASHA}")
    yield
    connection = await asyncpg.connect(house.database_url)
    await connection.execute(
        f"""INSERT INTO consent (consent_id, account_id, purpose, version, given_at,
                given_on)
            SELECT gen_random_uuid(), account_id, 'biometrics', {kept}, now(), 'a test'
            FROM account WHERE srn = 'ASHA001' ON CONFLICT DO NOTHING"""
    )
    await connection.close()


async def withdraw_and_fall(house) -> None:
    """As the app would, killed right after the transaction of the withdrawal."""
    settings = Settings(
        DATABASE_URL=house.database_url,
        REDIS_URL=house.redis_url,
        secret=house.environment["SPOM_SECRET"],
    )
    database = await db.connect(house.database_url, size=1)
    gatehouse = open_gatehouse(database, AnchoredClock(), settings)
    account = (await People(gatehouse).find("ASHA001")).account
    signer = Signer(house.environment["SPOM_SECRET"])
    await Consents(gatehouse, signer).withdraw(account, Given.BIOMETRICS)
    await database.close()


async def test_a_withdrawal_that_is_cut_off_ends_the_sitting_all_the_same(
    house, student, clips, agreed_again
):
    async with studying(student, clips(("asha", 4, 1))):
        await house.until("SELECT state FROM sitting", "running")
        copy = await copied_template(house)
        await withdraw_and_fall(house)
        assert await opened(house, copy) is None
        await house.until("SELECT state FROM sitting", "ended", PROMISED_S)
    assert await house.value("SELECT reason FROM sitting") == "withdrawn"


async def test_a_withdrawn_template_is_unreadable_in_time_and_stays_so(
    house, student, clips, agreed_again
):
    async with studying(student, clips(("asha", 4, 1))):
        await house.until("SELECT state FROM sitting", "running")
        copy = await copied_template(house)
        assert len(await opened(house, copy)) == 2048  # the control
        # Looks follow each other closely here: the matcher is at it all the time.
        begun = time.monotonic()
        await press(student, "biometrics/withdraw")
        while await opened(house, copy) is not None:
            assert time.monotonic() - begun < PROMISED_S
            await asyncio.sleep(0.05)
        await house.until("SELECT state FROM sitting", "ended", PROMISED_S)
        took = time.monotonic() - begun
        assert took < PROMISED_S
        assert await house.value(TEMPLATES) == 0
        await asyncio.sleep(3)  # what a worker began before would be back by now
        assert await house.value(TEMPLATES) + await house.value(KEYS) == 0
        assert await opened(house, copy) is None
    assert await house.value("SELECT reason FROM sitting") == "withdrawn"
