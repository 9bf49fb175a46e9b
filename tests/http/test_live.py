"""The live socket: who may watch what, and what a page may say."""

import asyncio
import json

import pytest


async def connect(site, origin: str | None = None):
    headers = {"Origin": origin or site.url}
    return await site.client.ws_connect("/live", headers=headers)


async def say(socket, **message):
    await socket.send_json(message)


async def hear(socket):
    async with asyncio.timeout(5):
        return json.loads((await socket.receive()).data)


async def test_a_student_hears_their_own_state_at_once(site):
    await site.log_in("ASHA001")
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["student:me"])
        message = await hear(socket)
        assert message["topic"].startswith("student:")
        assert message["state"]["sitting"] is None
        await site.post("/api/sittings", {"module": "CEL"})
        assert (await hear(socket))["state"]["sitting"]["state"] == "checking_in"


async def test_the_wall_is_for_proctors(site):
    await site.log_in("ASHA001")
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["wall"])
        assert (await hear(socket))["code"] == "not_your_topic"


async def test_a_proctor_hears_the_wall(site):
    await site.log_in("PROCTOR1")
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["wall"])
        assert (await hear(socket))["state"]["counts"]["running"] == 0


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "https://localhost"])
async def test_a_foreign_origin_gets_no_socket(site, origin):
    await site.log_in("ASHA001")
    with pytest.raises(Exception, match="403"):
        await connect(site, origin)


async def test_without_a_login_the_socket_closes_with_4401(site):
    async with await connect(site) as socket:
        async with asyncio.timeout(5):
            await socket.receive()
        assert socket.close_code == 4401


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "not json",
        '{"type":"presence","sitting":"x","epoch":1,"visible":true}',
        '{"type":"subscribe","topics":["student:me"],"minutes":60}',
        '{"type":"confirm","seconds":3600}',
    ],
)
async def test_a_message_we_do_not_know_changes_nothing_and_is_answered(site, text):
    await site.log_in("ASHA001")
    async with await connect(site) as socket:
        await socket.send_str(text)
        assert (await hear(socket))["code"] == "bad_message"


async def test_a_flood_of_messages_is_slowed_down(site):
    await site.log_in("ASHA001")
    async with await connect(site) as socket:
        for _ in range(40):
            await socket.send_str("{}")
        codes = [(await hear(socket))["code"] for _ in range(40)]
        assert "too_many" in codes


async def test_presence_without_video_adds_nothing(site, database):
    await site.log_in("ASHA001")
    answer = await site.post("/api/sittings", {"module": "CEL"})
    body = await answer.json()
    async with await connect(site) as socket:
        said = {"sitting": body["sitting"], "epoch": 1, "visible": True}
        await say(socket, type="presence", **said)
        await asyncio.sleep(3.5)  # longer than a checkpoint
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT seen_at FROM sitting") is None
