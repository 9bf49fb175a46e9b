"""The load tester against all processes: what it says is what the house knows."""

import asyncio
import json
import re
import sys

import pytest

from app.accounts.domain.people import Role
from tests.browsing import chromium
from tests.conftest import ROOT
from tests.house import PASSWORD
from workers.demo import LOGINS
from workers.loadtest.people import Person, write_people
from workers.loadtest.run import Wanted
from workers.loadtest.run import run as run_test

STUDENTS, SECONDS = 5, 40
MATCHES = "SELECT count(*) FROM look WHERE verdict = 'match'"


async def run(house, folder, *options: str) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers.loadtest", "--out", str(folder / "report")),
        *options,
        env=house.environment,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(120):
        said, _ = await child.communicate()
    return child.returncode, said.decode()


@pytest.fixture
def people(tmp_path):
    """The demo people: the house stays as other tests know it."""
    path = tmp_path / "people.csv"
    them = [
        Person(
            role=login.role,
            srn=login.srn,
            password=PASSWORD,
            mobile=login.mobile,
            face=login.face or "",
        )
        for login in LOGINS
        if login.face or login.role is Role.PROCTOR
    ]
    write_people(path, them)
    return path


async def test_a_test_that_is_interrupted_has_a_report_of_what_there_is():
    shown = asyncio.Event()
    wanted = Wanted(
        url="http://localhost",
        module="CEL",
        plan=[],
        people=[],
        proctors=[],
        ramp_s=1,
        duration_s=600,
        crews=1,
        pack=ROOT / "var" / "models" / "faceplugin",
        spread=True,
        meter=None,
    )
    running = asyncio.create_task(run_test(wanted, lambda *_: shown.set()))
    async with asyncio.timeout(30):
        await shown.wait()
        running.cancel()  # as Ctrl-C does
        measured = await running
    assert (measured.seconds, measured.streaming_at_the_end) == (0, 0)


async def test_scripted_students_stream_are_looked_at_and_told(house, people, tmp_path):
    code, said = await run(
        house,
        tmp_path,
        *("--people", str(people)),
        *("--students", str(STUDENTS), "--proctors", "1", "--ramp", "4"),
        *("--duration", str(SECONDS), "--mix", "right=60,wrong=20,drops=20"),
        *("--processes", "2", "--seed", "3"),
    )
    assert code == 0, said
    told = json.loads((tmp_path / "report.json").read_text())
    assert told["connections"] >= STUDENTS
    assert not told["errors"], said
    figures = told["figures"]
    assert figures["login_s"]["n"] == STUDENTS
    assert figures["open_s"]["n"] == STUDENTS
    assert figures["look_s"]["p50"] < 5
    assert figures["live_s"]["n"] > 2
    assert figures["wall_s"]["n"] > 2
    assert figures["back_s"]["n"] > 0
    assert told["endings"]["dropped"] > 0
    assert told["verdicts"]["match"] >= STUDENTS
    assert told["verdicts"]["mismatch"] > 0
    assert await house.value(MATCHES) >= told["verdicts"]["match"]
    everything = {"app", "media", "matcher", "workers", "postgresql", "valkey", "all"}
    assert set(told["cpu_s_per_student_hour"]) == everything
    assert all(it > 0 for it in told["cpu_s_per_student_hour"].values())
    await look_at(tmp_path / "report.html")


async def look_at(report) -> None:
    """It stands alone, and draws."""
    assert not re.search(r'(src|href)="', report.read_text())
    async with chromium() as browser:
        page = await browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda it: faults.append(str(it)))
        page.on(
            "request", lambda it: faults.append(it.url) if it.url[:4] == "http" else 0
        )
        await page.goto(report.as_uri())
        assert await page.locator("canvas").count() >= 6
        assert faults == []
        plots = page.locator("figure")
        wide = "(them) => them.filter((it) => it.scrollWidth > it.clientWidth).length"
        assert await plots.evaluate_all(wide) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--mix", "calm=3"), "kinds are right, wrong"),
        (("--people", "README.md"), "has no column"),
        (("--people", "PEOPLE", "--students", "7"), "6 students of 7"),
        (("--url", "localhost:8080"), "is no address"),
        (("--url", "http://127.0.0.1:9"), "Nothing answers"),
        (("--url", "HOUSE/login"), "no house of ours"),
        (("--ramp", "60", "--duration", "5"), "must be shorter"),
    ],
)
async def test_what_cannot_be_run_says_why(house, people, tmp_path, options, words):
    here = {"PEOPLE": str(people), "HOUSE/login": f"{house.url}/login"}
    options = [here.get(it, it) for it in options]
    code, said = await run(house, tmp_path, *options)
    assert code == 1
    assert words in said
    assert "Traceback" not in said
