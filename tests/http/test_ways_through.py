"""Whoever gets a ticket gets the way through a firewall with it, and nobody else."""

from uuid import UUID

import pytest
from pydantic import SecretStr

from app.adapters.media_nodes import MediaNodes, VideoSeen
from app.kernel.ids import SittingId
from tests.http.test_viewing import NODE, WHY

URL = "turn:turn.example.org:3478"


@pytest.fixture
def app_settings(app_settings):
    turn = {"turn_urls": URL, "turn_secret": SecretStr("north")}
    return app_settings.model_copy(update=turn)


async def opened(site) -> dict[str, object]:
    await site.log_in("ASHA001")
    return await (await site.post("/api/sittings", {"module": "CEL"})).json()


async def test_a_sitting_gets_one_that_names_no_student(site):
    body = await opened(site)
    [server] = body["ice_servers"]
    assert server["urls"] == [URL]
    assert server["username"].endswith(f":{body['sitting']}")
    assert "ASHA" not in server["username"]


async def test_a_check_gets_one(site):
    await site.log_in("ASHA001")
    body = await (await site.post("/api/checks")).json()
    assert len(body["ice_servers"]) == 1


async def test_a_proctor_gets_one_for_as_long_as_the_view_lasts(site, redis):
    body = await opened(site)
    seen = VideoSeen(SittingId(UUID(body["sitting"])), body["epoch"])
    await MediaNodes(redis).beat(NODE, [seen])
    await site.log_in("PROCTOR1")
    answer = await site.post(f"/api/wall/{body['sitting']}/view", WHY)
    view = await answer.json()
    [of_student], [of_view] = body["ice_servers"], view["ice_servers"]
    ends, _, who = of_view["username"].partition(":")
    assert who == view["view"]
    assert int(of_student["username"].partition(":")[0]) - int(ends) > 11 * 3600


async def test_who_gets_no_ticket_gets_no_way(site):
    await site.log_in("PROCTOR1")
    answer = await site.post("/api/sittings", {"module": "CEL"})
    assert answer.status == 403
    assert "ice_servers" not in await answer.text()
