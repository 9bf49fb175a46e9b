"""The status page answers whatever else does not, and the help page tells the rest."""

import re

import pytest

from app.adapters.http import SITE, Support
from app.adapters.media_nodes import MediaNodes
from app.operations.status import service
from app.operations.views import DATABASE
from app.settings import Settings


@pytest.fixture(autouse=True)
def asked_each_time(monkeypatch):
    monkeypatch.setattr(service, "KEPT", -service.KEPT)


async def told(site) -> dict[str, str]:
    answer = await site.get("/status")
    assert answer.status == 200
    page = await answer.text()
    rows = r"<strong>([^<]+)</strong>.*?<span class=\"tag \w+\">([^<]+)</span>"
    return dict(re.findall(rows, page, re.S))


async def test_everybody_reads_that_all_works(site):
    found = await told(site)
    assert set(found.values()) == {"working"}
    assert len(found) == 5
    for path in ("/login", "/help"):
        assert 'href="/status"' in await (await site.get(path)).text()


async def test_a_camera_service_that_is_gone_is_told_and_nothing_else(site, redis):
    await MediaNodes(redis).leave("n1")
    found = await told(site)
    assert found.pop("Camera service") == "not working"
    assert set(found.values()) == {"working"}


@pytest.mark.parametrize("logged_in", [False, True])
async def test_without_a_database_the_page_still_answers(site, app_server, logged_in):
    if logged_in:
        await site.log_in("ASHA001")
    await told(site)
    await app_server.app[DATABASE].close()
    assert (await site.get("/account", allow_redirects=False)).status in {303, 503}
    found = await told(site)
    assert found["Logging in, modules and hours"] == "not working"
    assert found["Camera service"] == "working"


async def test_a_fault_we_did_not_foresee_is_a_line_too(site, monkeypatch):
    async def broken(self):
        raise RuntimeError

    monkeypatch.setattr(MediaNodes, "nodes", broken)
    assert (await told(site))["Camera service"] == "not working"


async def test_the_parts_are_asked_once_in_five_seconds(site, redis, monkeypatch):
    monkeypatch.undo()
    before = await told(site)
    await MediaNodes(redis).leave("n1")
    assert await told(site) == before


async def test_help_explains_each_line_of_the_check_with_this_policy(site):
    page = await (await site.get("/help")).text()
    for words in (
        "At least 2 processor cores.",
        "At least 2 Mbit/s, measured from this page with a short upload.",
        "Your face in the picture",
        "about every 10 minutes",
        "within 30 minutes",
        "Camera while you study",
        "Please ask your institution.",
    ):
        assert words in page


async def test_help_says_how_to_reach_the_institution(site, app_server):
    app_server.app[SITE].support = Support(
        email="help@college.example", phone="+91 22 1234", hours="Mo-Fr, 10-17 <IST>"
    )
    page = await (await site.get("/help")).text()
    assert 'href="mailto:help@college.example"' in page
    assert 'href="tel:+91221234"' in page
    assert "10-17 &lt;IST&gt;" in page
    assert "ask your institution" not in page


def test_the_contacts_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SPOM_SUPPORT_EMAIL", "help@college.example")
    monkeypatch.setenv("SPOM_SECRET", "s" * 40)
    monkeypatch.setenv("DATABASE_URL", "x")
    monkeypatch.setenv("REDIS_URL", "x")
    assert Settings().support == Support(email="help@college.example")
