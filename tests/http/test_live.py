"""The live socket: who may watch what, and what a page may say."""

import asyncio
import json
from uuid import uuid4

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


@pytest.fixture
async def centre(database):
    made = uuid4()
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO centre (centre_id, code, name, city, address, time_zone,
                   capacity, made_at)
               VALUES ($1, 'KOC', 'Institute', 'Kochi', '1 Main Road', 'Asia/Kolkata',
                   9, now())""",
            made,
        )
        await tx.execute(
            """INSERT INTO slot (slot_id, centre_id, day, starts_at, ends_at, opens_at,
                   closes_at, capacity, made_at)
               VALUES ($1, $1, '2099-05-04', '2099-05-04 06:00Z', '2099-05-04 08:00Z',
                   '2026-01-01Z', '2099-05-03Z', 9, now())""",
            made,
        )
    return made


async def test_free_seats_of_a_month_and_ones_own_seats_are_live(site, centre):
    await site.log_in("ASHA001")
    async with await connect(site) as socket:
        topic = f"slots:{centre}:2099-05"
        await say(socket, type="subscribe", topics=[topic, "seats:me"])
        both = [await hear(socket), await hear(socket)]
        heard = {it["topic"]: it["state"] for it in both}
        (slot,) = heard.pop(topic)["slots"]
        assert (slot["free"], slot["accessible_free"], slot["waiting"]) == (9, 0, 0)
        (mine,) = heard.values()
        assert (mine["seats"], mine["lines"]) == ([], [])


async def test_a_page_watches_so_many_topics_and_no_more(site):
    await site.log_in("ASHA001")
    async with await connect(site) as socket:
        for _ in range(2):
            topics = [f"slots:{uuid4()}:2099-05" for _ in range(30)]
            await say(socket, type="subscribe", topics=topics)
        codes = [(await hear(socket)).get("code") for _ in range(31)]
        assert "too_many" in codes


async def test_a_topic_that_is_none_is_refused(site):
    await site.log_in("ASHA001")
    async with await connect(site) as socket:
        for topic in ("slots:x:2099-05", f"slots:{uuid4()}:2099-13", "seats:other"):
            await say(socket, type="subscribe", topics=[topic])
            assert (await hear(socket))["code"] == "bad_message"
