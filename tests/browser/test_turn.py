"""A real TURN server: a browser that may go no other way, and whom it refuses."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from aioice import stun, turn
from playwright.async_api import expect

from app.adapters.redis import connect
from app.adapters.turn import LIFE_MOST, Turn
from tests.browser.test_study import SLOW, start_studying
from tests.browsing import chromium
from tests.coturn import SECRET, coturn
from tests.house import House

RELAY_ALONE = """const Direct = RTCPeerConnection
globalThis.RTCPeerConnection = class extends Direct {
  constructor(given) { super({ ...given, iceTransportPolicy: "relay" }) }
}"""
UNREACHED_S = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with coturn(tmp_path_factory.mktemp("coturn")) as running:
        yield running


@pytest.fixture(scope="module")
async def turned_house(own_database, valkey_server, tmp_path_factory, server):
    """A house of its own whose pages are told of the TURN server."""
    redis_url = f"{valkey_server.url}?db=4"
    folder = tmp_path_factory.mktemp("turned")
    house = House(folder, await own_database("turn"), redis_url)
    house.environment["SPOM_TURN_URLS"] = server.url
    house.environment["SPOM_TURN_SECRET"] = SECRET
    try:
        house.start_all()
        yield house
    finally:
        house.stop_all()


@pytest.fixture
async def house(turned_house):
    await turned_house.reset()
    return turned_house


async def by_relay_alone(browser, house):
    """Asha's page; her video has to go through the TURN server."""
    page = await browser.new_page()
    await page.add_init_script(RELAY_ALONE)
    await start_studying(page, house.url)
    return page


async def has_video(house) -> bool:
    redis = connect(house.redis_url)
    keys = [key async for key in redis.scan_iter("video:*")]
    await redis.aclose()
    return bool(keys)


async def test_a_browser_behind_a_firewall_is_recognised_through_turn(house, clips):
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await by_relay_alone(browser, house)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        assert await has_video(house)


async def test_without_the_right_secret_it_reaches_nobody(house, clips):
    """The control: no other way is open to it."""
    house.kill("app")
    house.environment["SPOM_TURN_SECRET"] = "another"
    try:
        house.start_missing()
        async with chromium(clips(("asha", 4, 1))) as browser:
            await by_relay_alone(browser, house)
            await asyncio.sleep(UNREACHED_S)
            assert not await has_video(house)
            assert await house.value("SELECT count(*) FROM sitting") == 1
    finally:
        house.environment["SPOM_TURN_SECRET"] = SECRET
        house.kill("app")


async def allocates(server, secret: str, at: datetime) -> bool:
    """Whether the TURN server takes what our house makes at that moment."""
    made = Turn(urls=[server.url], secret=secret).ice_servers(uuid4(), at)[0]
    try:
        transport, _ = await turn.create_turn_endpoint(
            asyncio.DatagramProtocol,
            (server.address, server.port),
            made["username"],
            made["credential"],
        )
    except stun.TransactionFailed as refused:
        if refused.response.attributes["ERROR-CODE"][0] != 401:
            raise
        return False
    transport.close()
    return True


async def test_credentials_that_are_over_or_forged_are_refused(server):
    now = datetime.now(UTC)
    assert await allocates(server, SECRET, now)
    assert await allocates(server, SECRET, now - LIFE_MOST + timedelta(minutes=1))
    assert not await allocates(server, SECRET, now - LIFE_MOST - timedelta(seconds=1))
    assert not await allocates(server, "another", now)
