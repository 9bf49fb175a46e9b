"""Five hundred logins at once, and a camera that must not notice."""

import asyncio
from collections import Counter

import aiohttp

from tests.processes.test_whip_client import Student, student, studying

__all__ = ["student"]
AT_ONCE = 500
RECEIVED = "SELECT extract(epoch FROM now() - seen_at)::float8 FROM sitting"


async def log_in_wrongly(http: aiohttp.ClientSession, url: str, number: int) -> int:
    form = {"srn": f"NOBODY{number}", "password": "not a password of anybody"}
    headers = {"Origin": url, "Accept": "text/html"}
    async with http.post(f"{url}/login", data=form, headers=headers) as answer:
        await answer.read()
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) > 0
        return answer.status


async def test_500_logins_at_once_leave_the_media_path_healthy(
    house, student: Student, clips
):
    async with studying(student, clips(("asha", 4, 1))):
        await house.until("SELECT state FROM sitting", "running")
        looks = "SELECT count(*) FROM look WHERE verdict = 'match'"
        before = await house.value(looks)
        limit = aiohttp.TCPConnector(limit=AT_ONCE)
        async with aiohttp.ClientSession(connector=limit) as http:
            statuses = Counter(
                await asyncio.gather(
                    *(log_in_wrongly(http, house.url, n) for n in range(AT_ONCE))
                )
            )
        assert set(statuses) <= {401, 429, 503}
        assert statuses[401] > 0
        # Presence went on meanwhile: no stretch lapsed, and the next look passes.
        assert await house.value("SELECT state FROM sitting") == "running"
        assert await house.value(RECEIVED) < 5
        assert await house.value("SELECT count(*) FROM stretch") <= before + 2
        await house.until(f"SELECT ({looks}) > {before}", True)
        failed = "SELECT count(*) FROM look WHERE verdict <> 'match'"
        assert await house.value(failed) == 0
