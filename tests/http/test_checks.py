"""The device check over HTTP: what is asked, what is refused, how speed is measured."""

import io

import pytest

from app.proctoring.domain.policy import Policy
from app.proctoring.views.checks import SPEED_RATE

FACTS = {"camera": "Webcam", "cores": 4, "memory_gb": 8, "down_mbit": 9, "up_mbit": 9}
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture
async def asha(site):
    await site.log_in("ASHA001")
    return site


@pytest.fixture
def app_settings(app_settings):
    return app_settings.model_copy(update={"policy": Policy()})


async def lines(site, **headers):
    opened = await (await site.post("/api/checks")).json()
    path = f"/api/checks/{opened['check']}/conclude"
    answer = await site.post(path, {**FACTS, "give_up": True}, **headers)
    found = await answer.json()
    return {line["code"]: line for line in found["lines"]}


async def test_studying_on_a_new_device_begins_with_its_check(asha):
    answer = await asha.post("/api/sittings", {"module": "CEL"})
    problem = await answer.json()
    assert (answer.status, problem["code"]) == (409, "device_check_needed")


async def test_opening_gives_what_a_stream_needs(asha):
    opened = await (await asha.post("/api/checks")).json()
    wanted = {"check", "sitting", "epoch", "whip", "ticket", "ice_servers"}
    assert set(opened) == wanted
    assert opened["ice_servers"] == []


async def test_phones_are_known_by_what_they_say(asha):
    found = await lines(asha, **{"User-Agent": PHONE})
    assert found["computer"]["result"] == "fail"
    assert "laptop or desktop" in found["computer"]["mend"]
    assert found["browser"]["result"] == "pass"


async def test_without_video_the_check_says_so(asha):
    found = await lines(asha)
    assert found["light"]["result"] == found["path"]["result"] == "fail"


async def test_consent_comes_first(asha):
    await asha.send("/account/consent/camera/withdraw")
    answer = await asha.post("/api/checks")
    assert (await answer.json())["code"] == "consent_needed"


async def test_nonsense_facts_are_refused(asha):
    opened = await (await asha.post("/api/checks")).json()
    path = f"/api/checks/{opened['check']}/conclude"
    for facts in ({"cores": -1}, {"camera": "x" * 201}, {"hours": 40}):
        assert (await asha.post(path, facts)).status == 400


async def test_the_line_is_timed_against_our_own_server(asha):
    down = await asha.get("/api/checks/speed", "*/*")
    assert len(await down.read()) == 2 * 1024**2
    headers = {"Origin": asha.url, "X-CSRF-Token": asha.csrf}
    noise = bytes(1024**2)
    up = await asha.client.post(
        "/api/checks/speed", data=io.BytesIO(noise), headers=headers
    )
    told = await up.json()
    assert told["bytes"] == len(noise)
    assert told["seconds"] >= 0
    more = bytes(1024**2 + 1)
    up = await asha.client.post(
        "/api/checks/speed", data=io.BytesIO(more), headers=headers
    )
    assert up.status == 413


async def test_nobody_makes_it_send_noise_all_day(asha):
    times = SPEED_RATE.burst + 5  # some are given back while it is asked
    answers = [
        (await asha.get("/api/checks/speed", "*/*")).status for _ in range(times)
    ]
    assert answers[: SPEED_RATE.burst] == [200] * SPEED_RATE.burst
    assert answers[-1] == 429


async def test_help_says_what_the_last_check_saw_to_its_owner_alone(asha):
    assert "What your last check saw" not in await (await asha.get("/help")).text()
    await lines(asha)
    page = await (await asha.get("/help")).text()
    assert "What your last check saw" in page
    assert "No picture of you reached us." in page
    await asha.log_in("BEN002")
    assert "What your last check saw" not in await (await asha.get("/help")).text()
