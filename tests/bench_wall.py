"""Frames a second of a wall of 500 while states change: `make bench-wall`.

Scrolls for some seconds while 50 sittings a second change, windowed and not.
"""

import asyncio
import random

from app.adapters.bell import RedisBell
from app.adapters.redis import connect
from tests.browser.test_accounts import come_in, opened
from tests.browser.wall_of import change, fill, show_all
from tests.http import conftest as app

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
SECONDS = 10
LEAST = 30
"""Frames a second that scrolling shall have while states change."""
FRAMES = """async (seconds) => {
    const began = performance.now()
    let frames = 0, longest = 0, last = began, down = 1
    while (performance.now() - began < seconds * 1000) {
        await new Promise(requestAnimationFrame)
        const now = performance.now()
        longest = Math.max(longest, now - last)
        last = now
        frames += 1
        if (scrollY + innerHeight >= document.body.scrollHeight - 2) down = -1
        if (scrollY <= 0) down = 1
        scrollBy(0, 40 * down)
    }
    return { fps: frames * 1000 / (performance.now() - began), longest }
}"""


async def test_frames_a_second(site, database, redis_url):
    sittings = await fill(database, 500)
    found = {}
    for how in ("windowed", "everything"):
        found[how] = await measured(site, database, redis_url, sittings, how)
        fps, longest = found[how]["fps"], found[how]["longest"]
        print(f"{how}: {fps:.0f} frames a second, longest wait {longest:.0f} ms")
    ratio = found["windowed"]["fps"] / found["everything"]["fps"]
    print(f"windowed is {ratio:.1f} times as fast")
    assert found["windowed"]["fps"] > LEAST


async def measured(site, database, redis_url, sittings, how):
    redis = connect(redis_url)
    bell, chance = RedisBell(redis, redis), random.Random(1)

    async def restless():
        while True:
            await change(database, chance.sample(sittings, 10), chance)
            await bell.ring(["wall"])
            await asyncio.sleep(0.2)

    async with opened(viewport={"width": 1280, "height": 900}) as page:
        await come_in(page, site, "PROCTOR1")
        if how == "everything":
            await show_all(page)
        await page.goto(f"{site.url}/wall")
        await page.get_by_text("500 of 500").wait_for()
        task = asyncio.create_task(restless())
        try:
            return await page.evaluate(FRAMES, SECONDS)
        finally:
            task.cancel()
            await redis.aclose()
