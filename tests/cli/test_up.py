"""`spom up` on other ports: says what is wrong in a sentence, and leaves nothing."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.cli.running import alone_in
from tests.house import free_port

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@pytest.fixture
def settings(tmp_path, database_url, redis_url):
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SPOM_VAR": str(tmp_path / "var"),
        "SPOM_PACK": str(ROOT / "var" / "models" / "faceplugin"),
        "SPOM_APP_PORT": str(free_port()),
        "SPOM_MEDIA_PORT": str(free_port()),
    }


def up_refused(settings) -> str:
    asked = subprocess.run(
        [sys.executable, "-m", "app", "up"],
        env=settings,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert asked.returncode == 1
    return asked.stderr


def start_up(settings, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "app", "up"],
            env=settings,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
    wait_for(log, "Ctrl-C stops everything")
    return started


def wait_for(log: Path, text: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.parametrize("variable", ["SPOM_APP_PORT", "SPOM_MEDIA_PORT"])
def test_a_taken_port_is_one_sentence(settings, variable):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = up_refused({**settings, variable: str(port)})
    assert said == (
        f"Port {port} is taken: stop what uses it, or choose another with "
        f"`make up {variable}=N`.\n"
    )


def test_a_second_one_in_the_same_folder_is_refused(settings):
    with alone_in(Path(settings["SPOM_VAR"])):
        said = up_refused(settings)
    assert said.startswith("`spom up` runs already in")
    assert said.count("\n") == 1


def test_a_database_that_does_not_answer_is_one_sentence(settings):
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/x"
    said = up_refused({**settings, "DATABASE_URL": nowhere})
    assert said.startswith("PostgreSQL does not answer")
    assert said.count("\n") == 1


def test_it_uses_the_servers_named_and_stops_cleanly(settings, tmp_path):
    log = tmp_path / "up.log"
    started = start_up(settings, log)
    assert "ASHA001" in log.read_text()
    assert not (tmp_path / "var" / "postgres").exists()
    processes = family(started)
    assert len(processes) == 4
    started.send_signal(signal.SIGINT)
    assert started.wait(15) == 0
    assert not any(it.is_running() for it in processes)


def test_after_kill_9_it_starts_again_on_the_same_ports(settings, tmp_path):
    first = start_up(settings, tmp_path / "first.log")
    processes = family(first)
    first.kill()
    first.wait(5)
    second = start_up(settings, tmp_path / "second.log")
    try:
        statuses = {it.status() for it in processes if it.is_running()}
        assert statuses <= {psutil.STATUS_ZOMBIE}
    finally:
        second.terminate()
        assert second.wait(15) == 0
