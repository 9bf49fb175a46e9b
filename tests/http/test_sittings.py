"""Opening sittings over the API, and the proctor's commands."""

import hashlib
from uuid import UUID

import pytest

from app.adapters.clock import AnchoredClock
from app.adapters.tickets import verify


async def opened(site, **body):
    answer = await site.post("/api/sittings", {"module": "CEL", **body})
    return answer.status, await answer.json()


async def test_opening_gives_a_ticket_for_this_sitting_and_epoch(site):
    await site.log_in("ASHA001")
    status, body = await opened(site)
    assert status == 200
    ticket = verify(body["ticket"], "s" * 40, AnchoredClock().now())
    assert str(ticket.sitting) == body["sitting"]
    assert ticket.epoch == body["epoch"] == 1
    assert body["whip"] == "http://localhost:1/whip"


async def test_reconnecting_raises_the_epoch(site):
    await site.log_in("ASHA001")
    _, first = await opened(site)
    _, second = await opened(site)
    assert second["sitting"] == first["sitting"]
    assert second["epoch"] == 2


async def test_another_module_offers_to_end_the_open_one(site):
    await site.log_in("ASHA001")
    await opened(site)
    status, problem = await opened(site, module="SCPM")
    assert (status, problem["code"]) == (409, "sitting_open_elsewhere")
    assert problem["module_title"] == "Corporate and Economic Laws"
    status, _ = await opened(site, module="SCPM", instead=True)
    assert status == 200


async def test_without_a_profile_photo_the_student_is_told_what_to_do(site):
    await site.log_in("BEN002")
    status, problem = await opened(site)
    assert (status, problem["code"]) == (409, "no_reference")
    assert "helpdesk" in problem["detail"]


async def test_an_unknown_member_of_a_body_is_named(site):
    await site.log_in("ASHA001")
    status, problem = await opened(site, minutes=600)
    assert status == 400
    assert problem["detail"].startswith("minutes:")


async def test_a_body_that_is_too_large_is_refused(site):
    await site.log_in("ASHA001")
    answer = await site.post("/api/sittings", {"module": "x" * 100_000})
    assert answer.status == 413


async def test_without_a_media_node_nothing_is_opened(site, redis):
    await redis.flushall()
    await site.log_in("ASHA001")
    status, problem = await opened(site)
    assert (status, problem["code"]) == (503, "no_media_node")


async def test_a_sitting_is_its_owners_alone(site, accounts):
    await site.log_in("ASHA001")
    _, body = await opened(site)
    await site.log_in("BEN002")
    for act in ("pause", "resume", "finish", "retry"):
        answer = await site.post(f"/api/sittings/{body['sitting']}/{act}")
        assert answer.status == 404, act


@pytest.mark.parametrize("act", ["check", "pause", "resume", "end"])
async def test_only_proctors_command_the_wall(site, act):
    await site.log_in("ASHA001")
    _, body = await opened(site)
    path = f"/api/wall/{body['sitting']}/{act}"
    why = {"reason": "the exam hall closes"} if act == "end" else None
    assert (await site.post(path, why)).status == 403
    await site.log_in("PROCTOR1")
    assert (await site.post(path, why)).status == 204


async def test_what_a_proctor_does_is_in_the_trail_and_the_timeline(site, gatehouse):
    await site.log_in("ASHA001")
    _, body = await opened(site)
    await site.log_in("PROCTOR1")
    path = f"/api/wall/{body['sitting']}"
    for _ in range(2):
        await site.post(f"{path}/message", {"words": "Sit closer, please."})
    await site.post(f"{path}/check")
    lines = (await (await site.get(f"{path}/timeline")).json())["lines"]
    assert [it["detail"] for it in lines if it["what"] == "message"] == ["not read yet"]
    acts = [it["word"] for it in lines if it["what"] == "act"]
    assert acts == ["sitting.message", "sitting.check"]
    refused = await site.post(f"{path}/end", {"reason": "short"})
    assert (await refused.json())["code"] == "say_why_end"
    empty = await site.post(f"{path}/message", {"words": "  "})
    assert (await empty.json())["code"] == "nothing_to_say"


async def test_a_message_is_read_by_its_student_alone(site, database):
    await site.log_in("ASHA001")
    _, body = await opened(site)
    await site.log_in("PROCTOR1")
    words = {"words": "Sit closer, please."}
    await site.post(f"/api/wall/{body['sitting']}/message", words)
    async with database.connection() as tx:
        message = await tx.fetchval("SELECT message_id FROM sitting_message")
    await site.log_in("BEN002")
    assert (await site.post(f"/api/messages/{message}/read")).status == 404
    await site.log_in("ASHA001")
    assert (await site.post(f"/api/messages/{message}/read")).status == 204
    assert (await site.post("/api/messages/x/read")).status == 404


async def test_an_ended_sitting_refuses_commands(site):
    await site.log_in("ASHA001")
    _, body = await opened(site)
    await site.log_in("PROCTOR1")
    path = f"/api/wall/{body['sitting']}"
    await site.post(f"{path}/end", {"reason": "the exam hall closes"})
    answer = await site.post(f"{path}/check")
    assert (answer.status, (await answer.json())["code"]) == (409, "sitting_ended")


@pytest.mark.parametrize("sitting", [str(UUID(int=7)), "not-a-uuid"])
async def test_a_sitting_that_is_not_there(site, sitting):
    await site.log_in("PROCTOR1")
    answer = await site.post(f"/api/wall/{sitting}/check")
    assert answer.status == 404


async def test_a_proctor_sets_the_rate_of_one_sitting(site):
    await site.log_in("ASHA001")
    _, body = await opened(site)
    path = f"/api/wall/{body['sitting']}/rate"
    wish = {"per_hour": 12, "reason": "often away"}
    assert (await site.post(path, wish)).status == 403
    await site.log_in("PROCTOR1")
    assert (await site.post(path, wish)).status == 204
    refused = await site.post(path, {**wish, "per_hour": 61})
    assert (await refused.json())["code"] == "unknown_rate"


async def test_the_draws_of_a_sitting_are_its_owners_and_told_at_its_end(site):
    await site.log_in("ASHA001")
    _, body = await opened(site)
    path = f"/api/sittings/{body['sitting']}/draws"
    told = await (await site.get(path)).json()
    assert len(told["commitment"]) == 64
    assert body["commitment"] == told["commitment"]
    assert (told["seed"], told["draws"]) == (None, [])
    await site.post(f"/api/sittings/{body['sitting']}/finish")
    after = await (await site.get(path)).json()
    assert (
        hashlib.sha256(bytes.fromhex(after["seed"])).hexdigest() == told["commitment"]
    )
    assert after["holds"] is True
    await site.log_in("BEN002")
    assert (await site.get(path)).status == 404
