"""The dashboard, topics and their files, electives, notes: over HTTP."""

import re

import pytest

from app.adapters.static import ROOT
from app.learning.content.reader import read_course

TOPIC = "/api/study/CEL/competition"


@pytest.fixture
async def asha(site):
    await site.log_in("ASHA001")
    return site


async def test_the_dashboard_shows_own_modules_and_lets_one_pick(asha):
    page = await (await asha.get("/")).text()
    assert 'data-mine="CEL"' in page
    assert 'data-mine="RISK"' not in page
    assert page.count("data-unpicked") == 2
    answer = await asha.send("/electives/C", module="RISK")
    assert (answer.status, answer.headers["Location"]) == (303, "/#set-C")
    page = await (await asha.get("/")).text()
    assert 'data-mine="RISK"' in page


async def test_a_wrong_pick_is_said_on_the_page(asha):
    answer = await asha.send("/electives/C", module="SUST")
    assert answer.status == 400
    assert "none of this set" in await answer.text()


async def test_an_elective_is_picked_before_it_is_studied(asha):
    answer = await asha.get("/study/RISK/appetite", allow_redirects=False)
    assert answer.headers["Location"] == "/?pick=C"
    opened = await asha.post("/api/sittings", {"module": "RISK"})
    problem = await opened.json()
    assert (opened.status, problem["code"], problem["set"]) == (409, "pick_first", "C")
    await asha.send("/electives/C", module="RISK")
    assert (await asha.get("/study/RISK/appetite")).status == 200
    assert (await asha.post("/api/sittings", {"module": "RISK"})).status == 200


async def test_the_module_s_link_leads_to_where_one_was(asha):
    await asha.get("/study/CEL/competition")
    answer = await asha.get("/study/CEL", allow_redirects=False)
    assert answer.headers["Location"] == "/study/CEL/competition"


async def test_place_and_done_marks_are_kept(asha):
    saved = await asha.post(f"{TOPIC}/progress", {"place": 0.5, "video_s": 12.5})
    assert saved.status == 204
    await asha.post(f"{TOPIC}/progress", {"done": True})
    page = await (await asha.get("/study/CEL/competition")).text()
    assert 'data-place="0.5"' in page
    assert 'aria-pressed="true"' in page
    await asha.post(f"{TOPIC}/progress", {"done": False})
    page = await (await asha.get("/study/CEL/competition")).text()
    assert 'aria-pressed="false"' in page
    assert 'data-place="0.5"' in page


@pytest.mark.parametrize(
    "said", [{"place": 2}, {"place": "NaN"}, {"video_s": -1}, {"hours": 40}]
)
async def test_nonsense_about_a_place_is_refused(asha, said):
    assert (await asha.post(f"{TOPIC}/progress", said)).status == 400


async def test_notes_are_kept_and_are_nobody_else_s(asha):
    answer = await asha.post(f"{TOPIC}/note", {"text": "<b>My</b> note", "version": 0})
    assert await answer.json() == {"version": 1}
    page = await (await asha.get("/study/CEL/competition")).text()
    assert "&lt;b&gt;My&lt;/b&gt; note" in page
    late = await asha.post(f"{TOPIC}/note", {"text": "other", "version": 0})
    problem = await late.json()
    assert (late.status, problem["code"]) == (409, "note_changed")
    assert problem["text"] == "<b>My</b> note"
    await asha.log_in("BEN002")
    page = await (await asha.get("/study/CEL/competition")).text()
    assert "note</textarea>" not in page


async def test_a_module_s_files_are_served_to_whoever_is_logged_in(asha):
    module, file = next(
        (module, file)
        for study_set in read_course(ROOT / "app" / "learning" / "course")
        for module in study_set.modules
        for file in module.files
        if file.media_type.startswith("video/")
    )
    path = f"/study/{module.code}/files/{file.name}"
    answer = await asha.get(path)
    assert answer.content_type == file.media_type
    assert len(await answer.read()) == file.size
    part = await asha.client.get(path, headers={"Range": "bytes=0-99"})
    assert (part.status, len(await part.read())) == (206, 100)
    assert (await asha.get(f"/study/{module.code}/files/none.png")).status == 404
    asha.forget()
    refused = await asha.get(path, allow_redirects=False)
    assert refused.headers["Location"] == "/login"


async def test_pictures_of_a_topic_lead_to_its_files(asha):
    sets = read_course(ROOT / "app" / "learning" / "course")
    module, topic = next(
        (module, topic)
        for study_set in sets
        for module in study_set.modules
        if study_set.mandatory
        for topic in module.topics
        if "](files/" in topic.body and "![" in topic.body
    )
    page = await (await asha.get(f"/study/{module.code}/{topic.code}")).text()
    [source, *_] = re.findall(r'<img src="([^"]+)"', page)
    assert source.startswith(f"/study/{module.code}/files/")
    assert (await asha.get(source)).status == 200


@pytest.mark.parametrize(
    "path",
    ["/study/%00", "/study/CEL/%00", "/study/CEL/files/%00", "/study/%00/files/x"],
)
async def test_names_that_no_database_takes_are_refused_calmly(asha, path):
    assert (await asha.get(path)).status in (400, 404)


@pytest.mark.parametrize("where", ["%00/competition", "CEL/%00", "cel/competition"])
async def test_progress_and_notes_of_nowhere_are_refused(asha, where):
    for what, said in (
        ("progress", {"place": 1}),
        ("note", {"text": "", "version": 0}),
    ):
        answer = await asha.post(f"/api/study/{where}/{what}", said)
        assert answer.status in (400, 404), what
