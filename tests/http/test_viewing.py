"""Looking live over the API: who, why, the ticket and what the student is told."""

from uuid import UUID

import pytest

from app.adapters.clock import AnchoredClock
from app.adapters.media_nodes import MediaNode, MediaNodes, VideoSeen
from app.adapters.tickets import TicketInvalid, verify, verify_view
from app.kernel.ids import SittingId

WHY = {"reason": "looks away often"}
NODE = MediaNode(name="n1", url="http://node:1", streams=1, capacity=9)


@pytest.fixture
async def path(site, redis):
    """Of a sitting whose video arrives; the proctor is logged in."""
    await site.log_in("ASHA001")
    body = await (await site.post("/api/sittings", {"module": "CEL"})).json()
    seen = VideoSeen(SittingId(UUID(body["sitting"])), body["epoch"])
    await MediaNodes(redis).beat(NODE, [seen])
    await site.log_in("PROCTOR1")
    return f"/api/wall/{body['sitting']}"


async def test_a_proctor_who_says_why_gets_a_ticket_to_view_and_nothing_else(
    site, redis, path
):
    answer = await site.post(f"{path}/view", WHY)
    body = await answer.json()
    assert answer.status == 200
    assert body["whep"] == "http://node:1/whep"
    now = AnchoredClock().now()
    ticket = verify_view(body["ticket"], "s" * 40, now)
    assert (str(ticket.view), str(ticket.sitting)) == (body["view"], path[-36:])
    assert (ticket.epoch, body["lasts_s"]) == (1, 600)
    assert 590 < (ticket.until - now).total_seconds() <= 600
    with pytest.raises(TicketInvalid):
        verify(body["ticket"], "s" * 40, now)
    assert 0 < await redis.ttl(f"view:{body['view']}") <= 20
    one = f"{path}/view/{body['view']}"
    assert (await site.post(f"{one}/renew")).status == 204
    assert (await site.post(f"{one}/end")).status == 204
    assert await redis.exists(f"view:{body['view']}") == 0
    assert (await site.post(f"{one}/renew")).status == 404


async def test_a_reason_is_needed_and_video(site, redis, path):
    for body in ({"reason": " a"}, {}):
        refused = await site.post(f"{path}/view", body)
        assert refused.status == 400
    assert await redis.keys("view:*") == []
    await redis.delete(f"video:{path[-36:]}")
    refused = await site.post(f"{path}/view", WHY)
    assert (refused.status, (await refused.json())["code"]) == (409, "no_live_video")


async def test_it_is_in_the_timeline_with_who_and_why(site, path):
    await site.post(f"{path}/view", WHY)
    lines = (await (await site.get(f"{path}/timeline")).json())["lines"]
    [act] = [it for it in lines if it["what"] == "act"]
    assert act["word"] == "sitting.view"
    assert act["detail"].endswith("looks away often")


async def test_the_student_sees_afterwards_how_often_and_when(site, path):
    for _ in range(2):
        opened = await (await site.post(f"{path}/view", WHY)).json()
        await site.post(f"{path}/view/{opened['view']}/end")
    await site.log_in("ASHA001")
    page = await (await site.get("/account/incidents")).text()
    assert "looked live at your camera 2 times" in page
    assert page.count(" min ") == 2
    assert WHY["reason"] not in page
    await site.log_in("BEN002")
    assert "Who looked live" not in await (await site.get("/account/incidents")).text()


@pytest.mark.parametrize("view", [str(UUID(int=7)), "not-a-uuid"])
async def test_a_view_that_is_not_there(site, path, view):
    for act in ("renew", "end"):
        assert (await site.post(f"{path}/view/{view}/{act}")).status == 404
