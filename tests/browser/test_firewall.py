"""A student whose network reaches no media node, but a TURN server: in a network
namespace of its own, where the machine allows that (else test_turn.py has to do)."""

import asyncio
from contextlib import ExitStack

import pytest
from playwright.async_api import expect

from tests.browser.test_study import SLOW, start_studying
from tests.browser.test_turn import UNREACHED_S, has_video
from tests.browsing import chromium
from tests.coturn import SECRET, coturn
from tests.firewall import BEYOND, OUTSIDE, NoNamespaces, firewall
from tests.house import House, free_port


@pytest.fixture(scope="module")
def wall(tmp_path_factory):
    with ExitStack() as stack:
        try:
            made = stack.enter_context(firewall(tmp_path_factory.mktemp("wall")))
        except NoNamespaces as why:
            pytest.skip(f"no network namespaces here: {why}")
        yield made


@pytest.fixture(scope="module")
async def walled_house(wall, own_database, valkey_server, tmp_path_factory):
    """Its media node is beyond the firewall, its pages are not."""
    redis_url = f"{valkey_server.url}?db=5"
    folder = tmp_path_factory.mktemp("walled")
    house = House(folder, await own_database("wall"), redis_url)
    house.environment["SPOM_MEDIA_ANNOUNCE"] = BEYOND
    try:
        house.start_all()
        with wall.open_port(house.app_port), wall.open_port(house.media_port):
            yield house
    finally:
        house.stop_all()


@pytest.fixture
async def house(walled_house):
    await walled_house.reset()
    return walled_house


async def test_without_turn_no_video_comes_through(house, wall, clips):
    """The control: the firewall is one."""
    async with chromium(clips(("asha", 4, 1)), inside=wall.wrapped) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        await asyncio.sleep(UNREACHED_S)
        assert not await has_video(house)
        assert await house.value("SELECT count(*) FROM sitting") == 1


async def is_recognised(house, wall, clips) -> None:
    async with chromium(clips(("asha", 4, 1)), inside=wall.wrapped) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        assert await has_video(house)


async def test_through_one_open_udp_port_the_student_is_recognised(house, wall, clips):
    port = free_port()
    house.kill("media")
    house.environment["SPOM_MEDIA_PORTS"] = str(port)
    house.start_missing()
    with wall.open_udp(port):
        await is_recognised(house, wall, clips)


async def test_through_turn_the_student_is_recognised(house, wall, clips, tmp_path):
    with coturn(tmp_path, OUTSIDE, BEYOND) as server:
        house.kill("app")
        house.environment["SPOM_TURN_URLS"] = server.url
        house.environment["SPOM_TURN_SECRET"] = SECRET
        house.start_missing()
        await is_recognised(house, wall, clips)
