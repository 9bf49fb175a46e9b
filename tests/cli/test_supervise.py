"""Processes are kept running, and none outlives us."""

import asyncio
import subprocess
import sys

import psutil
import pytest

from app.adapters.leftovers import Register
from app.adapters.supervise import Process, Supervisor, read_procfile


@pytest.fixture
def register(tmp_path):
    return Register(tmp_path / "processes")


def python(tmp_path, name: str, code: str) -> Process:
    script = tmp_path / f"{name}.py"
    script.write_text(code)
    return Process(name=name, command=f"{sys.executable} {script}")


async def supervised(processes, register, until) -> None:
    """Runs them until `until()` is true, then stops them, all within limits."""
    supervisor = Supervisor(processes, {}, register)
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(supervisor.run())
        while not until():  # noqa: ASYNC110 (another process's doing)
            await asyncio.sleep(0.02)
        supervisor.stop()


async def test_a_process_that_ends_is_started_again(tmp_path, register, capsys):
    seen = tmp_path / "seen"
    code = f"open({str(seen)!r}, 'a').write('x')"
    process = python(tmp_path, "brief", code)
    await supervised(
        [process], register, lambda: seen.exists() and len(seen.read_text()) > 2
    )
    assert "ended with code 0; starting it again" in capsys.readouterr().out


async def test_a_line_without_end_does_not_stop_the_reading(tmp_path, register):
    done = tmp_path / "done"
    code = f"print('x' * 3_000_000); open({str(done)!r}, 'w'); input()"
    process = python(tmp_path, "chatty", code)
    await supervised([process], register, done.exists)
    assert done.exists()


async def test_a_stop_while_starting_stops(tmp_path, register):
    process = python(tmp_path, "slow", "import time; time.sleep(60)")
    await supervised([process], register, lambda: True)
    assert register.end_all() == 0  # It is gone, though it would sleep for a minute.


def test_a_later_start_ends_what_a_killed_one_left(register):
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as orphan:
        register.add(orphan.pid)
        assert register.end_all() == 1
    assert register.end_all() == 0


def test_a_number_used_anew_is_left_alone(tmp_path):
    register = Register(tmp_path / "processes")
    (tmp_path / "processes").write_text(f'{{"pid": {psutil.Process().pid}, "born": 1}}')
    assert register.end_all() == 0


def test_a_procfile_is_read_as_heroku_reads_it(tmp_path):
    (tmp_path / "Procfile").write_text("# people\napp: spom app --url http://x\n\n")
    read = read_procfile(tmp_path / "Procfile")
    assert read == [Process(name="app", command="spom app --url http://x")]
