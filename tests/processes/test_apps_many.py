"""Two apps behind one PostgreSQL and one Redis: a page has its socket at one of them,
and whatever is written at the other arrives; one that stops breaks nothing off."""

import asyncio
import time

import aiohttp
import asyncpg
import pytest
from yarl import URL

from tests.processes.test_nodes_many import Filmed, house, many
from workers.loadtest.student import ScriptedStudent

__all__ = ["house", "many"]
ARRIVES_WITHIN_S = 2
"""A topic is read anew every 15 s in any case: what comes so soon was rung."""
STATE = "SELECT state FROM sitting"


@pytest.fixture
async def student(house, clips):
    """Studies; her socket ends at the first app."""
    who = house.students[0]
    camera = Filmed(clips((who["face"], 4, 1)))
    one = ScriptedStudent(**who["visitor"], module="CEL", actor=camera)
    async with one:
        await one.until(lambda it: it["state"] == "running", 40)
        yield one


def as_the_same(house, student) -> dict[str, str]:
    """The cookies of this browser, which do not go by the port."""
    kept = student.http.cookie_jar.filter_cookies(URL(house.url)).values()
    return {"Cookie": "; ".join(f"{it.key}={it.value}" for it in kept)}


async def post_at(house, name: str, student, path: str) -> int:
    """The same browser writes at another app."""
    headers = {"X-CSRF-Token": student.csrf, **as_the_same(house, student)}
    url = f"{house.url_of(name)}{path}"
    async with student.http.post(url, headers=headers) as answer:
        return answer.status


async def arrival(student, state: str, within_s: float) -> float | None:
    """After how many seconds the page was told of this state; None: not in time."""
    began, seen = time.monotonic(), len(student.states)
    while time.monotonic() - began < within_s:
        if any(it["state"] == state for it in student.states[seen:]):
            return time.monotonic() - began
        await asyncio.sleep(0.02)
    return None


async def pauses_at(house, name: str, student) -> float | None:
    path = f"/api/sittings/{student.id}/pause"
    arriving = asyncio.ensure_future(arrival(student, "paused", ARRIVES_WITHIN_S))
    assert await post_at(house, name, student, path) == 204
    return await arriving


async def test_what_is_written_at_one_app_arrives_at_the_pages_of_another(
    house, student
):
    after_s = await pauses_at(house, "app_b", student)
    assert after_s is not None
    print(f"told through the other app after {after_s * 1000:.0f} ms")  # noqa: T201


async def test_without_their_redis_it_does_not(house, student):
    """The control: the bell is what joins them."""
    house.kill("app_b")
    house.own["app_b"] = {"REDIS_URL": "redis://127.0.0.1:1"}
    try:
        house.start_missing()
        if await pauses_at(house, "app_b", student) is not None:
            # Its turn to be read anew came just then: not again so soon.
            back = asyncio.ensure_future(arrival(student, "running", 20))
            path = f"/api/sittings/{student.id}/resume"
            assert await post_at(house, "app", student, path) == 204
            assert await back is not None
            assert await pauses_at(house, "app_b", student) is None
        assert await house.value(STATE) == "paused"
    finally:
        del house.own["app_b"]
        house.kill("app_b")


async def test_an_app_told_to_stop_answers_what_it_was_asked_and_sends_pages_away(
    house, student
):
    """Its pages come back to the other, with the login they have."""
    url = house.url_of("app_b")
    headers = as_the_same(house, student)
    socket = await student.http.ws_connect(f"{url}/live", headers=headers)
    connection = await asyncpg.connect(house.database_url)
    path = f"/api/sittings/{student.id}/pause"
    async with connection.transaction():
        await connection.execute("SELECT FROM sitting FOR UPDATE")
        answer = asyncio.ensure_future(post_at(house, "app_b", student, path))
        await asyncio.sleep(0.5)
        process = house.running.pop("app_b")
        process.terminate()
        closed = await socket.receive(timeout=2)
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1001)
        assert not answer.done()
    await connection.close()
    assert await answer == 204
    assert await asyncio.to_thread(process.wait, 10) == 0
    again = await student.http.ws_connect(f"{house.url}/live")
    await again.send_json({"type": "subscribe", "topics": ["student:me"]})
    told = await again.receive_json(timeout=ARRIVES_WITHIN_S)
    assert told["state"]["sitting"]["state"] == "paused"
    await again.close()
