"""A test whose camera or line fails, in a real Chromium: the paper stays, and is
answered."""

import asyncio
from contextlib import suppress

import pytest
from playwright.async_api import Error, Page, expect

from app.adapters.media_nodes import MediaNodes
from tests.axe import serious_violations
from tests.browser import test_exam as sitting
from tests.browser.test_exam import (
    ANSWERED,
    NARROW,
    SIDEWAYS,
    answer_here,
    begin,
    browsers,
    saved,
    value,
)
from tests.http.conftest import beat

account_policy, accounts, gatehouse = (
    sitting.account_policy,
    sitting.accounts,
    sitting.gatehouse,
)
app_settings, app_server = sitting.app_settings, sitting.app_server
site, hall, seat = sitting.site, sitting.hall, sitting.seat
SWITCH = """const fail = localStorage.getItem("camera")
if (fail) navigator.mediaDevices.getUserMedia = () => fail === "silent"
    ? new Promise(() => {}) : Promise.reject(new DOMException("", fail))"""
"""A camera that is refused, gone, or whose question nobody answers."""
NEWEST = """SELECT answer::text FROM exam_answer WHERE position = 2
    ORDER BY turn DESC LIMIT 1"""


class Node:
    """A media node that beats while it is `on`, and never answers."""

    def __init__(self, redis) -> None:
        self.redis = redis
        self.on = True

    async def live(self) -> None:
        while True:
            if self.on:
                await beat(self.redis)
            await asyncio.sleep(0.2)

    async def die(self) -> None:
        self.on = False
        await asyncio.sleep(0.3)
        await MediaNodes(self.redis).leave("n1")


@pytest.fixture(autouse=True)
async def node(app_server, redis):
    made = Node(redis)
    task = asyncio.create_task(made.live())
    yield made
    task.cancel()


async def answered_on(page: Page, hall, question: int) -> None:
    """The paper is there, and takes an answer to this question."""
    place = page.get_by_test_id("number-of")
    await expect(place).to_have_text(f"Question {question} of 6")
    before = await value(hall, ANSWERED)
    await answer_here(page)
    await saved(page)
    assert await value(hall, ANSWERED) == before + 1


async def test_a_reload_without_any_media_node_goes_on_answering(
    site, hall, seat, app_server, node
):
    async with browsers(bypass_csp=True) as (page,):
        await begin(page, site, seat, hall, app_server)
        await node.die()
        await page.reload()
        await answered_on(page, hall, 1)
        title = page.get_by_test_id("state-title")
        await expect(title).to_have_text("The camera service is out of reach")
        hint = page.get_by_test_id("state-hint")
        await expect(hint).to_contain_text("The clock runs on: go on answering")
        await expect(page.get_by_test_id("clock")).to_be_visible()
        assert await serious_violations(page) == []
        async with page.expect_request("**/whip", timeout=30_000):
            node.on = True
        await page.get_by_test_id("next").click()
        await answered_on(page, hall, 2)


async def test_before_the_beginning_it_waits_for_the_node(site, hall, seat, node):
    async with browsers() as (page,):
        await node.die()
        await sitting.come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/exam?seat={seat}")
        await page.get_by_test_id("open").click()
        hint = page.get_by_test_id("state-hint")
        await expect(hint).to_contain_text("The clock has not begun. We keep trying")
        assert await value(hall, "SELECT count(*) FROM exam") == 0
        node.on = True
        await page.wait_for_url("**/exam/*", timeout=20_000)


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        ("NotAllowedError", "The camera is not allowed"),
        ("NotFoundError", "No camera found"),
        ("silent", None),
    ],
)
async def test_a_camera_that_fails_at_a_reload_stops_no_answers(
    site, hall, seat, app_server, camera, said
):
    async with browsers(bypass_csp=True, viewport=NARROW) as (page,):
        await page.add_init_script(SWITCH)
        await begin(page, site, seat, hall, app_server)
        await page.evaluate("it => localStorage.setItem('camera', it)", camera)
        await page.reload()
        await answered_on(page, hall, 1)
        if said is None:
            return
        title = page.get_by_test_id("state-title")
        await expect(title).to_have_text(said)
        hint = page.get_by_test_id("state-hint")
        await expect(hint).to_contain_text("The clock runs on: go on answering")
        assert await page.evaluate(SIDEWAYS) == 0
        assert await serious_violations(page) == []
        epoch = await value(hall, "SELECT epoch FROM exam")
        await page.get_by_role("button", name="Try again").click()
        await expect(title).to_have_text(said)
        await page.get_by_test_id("next").click()
        await answered_on(page, hall, 2)
        assert await value(hall, "SELECT epoch FROM exam") == epoch


async def test_who_may_not_use_the_camera_begins_nothing(site, hall, seat):
    async with browsers() as (page,):
        await page.add_init_script(SWITCH)
        await sitting.come_in(page, site, "ASHA001")
        await page.evaluate("localStorage.setItem('camera', 'NotAllowedError')")
        await page.goto(f"{site.url}/exam?seat={seat}")
        await page.get_by_test_id("open").click()
        title = page.get_by_test_id("state-title")
        await expect(title).to_have_text("The camera is not allowed")
        assert await value(hall, "SELECT count(*) FROM exam") == 0


async def lose_answer(route) -> None:
    """The request arrives; what the server answers does not."""
    with suppress(Error):  # the page has gone
        await route.fetch()
        await route.abort()


async def lost_opening(page: Page, hall) -> None:
    """The page opens the test again by itself, as no node answers it."""
    before = await value(hall, "SELECT epoch FROM exam")
    for _ in range(100):
        if await value(hall, "SELECT epoch FROM exam") > before:
            return
        await page.wait_for_timeout(200)
    raise AssertionError("nothing was opened")


async def test_who_never_hears_of_an_own_opening_goes_on_and_the_newest_answer_counts(
    site, hall, seat, app_server
):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        await page.route("**/api/exams", lose_answer)
        await lost_opening(page, hall)
        await answered_on(page, hall, 1)
        title = page.get_by_test_id("state-title")
        await expect(title).not_to_contain_text("another page or device")
        await page.get_by_test_id("next").click()
        await page.route("**/answers", lose_answer)
        await answer_here(page, 1)
        state = page.get_by_test_id("saved")
        await expect(state).to_have_text("Offline: 1 answer waits on this device")
        kept = await value(hall, NEWEST)
        assert kept is not None
        await page.unroute("**/answers")
        await page.route("**/answers", lambda route: route.abort())
        await answer_here(page, 2)
        await lost_opening(page, hall)
        await page.unroute("**/api/exams")
        async with page.expect_response("**/api/exams", timeout=20_000):
            pass
        await page.unroute("**/answers")
        await saved(page)
        assert await value(hall, NEWEST) not in (kept, None)
        told = page.get_by_test_id("told")
        await expect(told).not_to_contain_text("other device")
