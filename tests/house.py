"""The whole house for end-to-end tests: every process, its own database and ports."""

import asyncio
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import redis

from app.settings import Settings
from workers.demo import LOGINS

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
PASSWORD = "study-with-care"
QUICK = {
    "INTERVAL_MIN_S": "5",
    "INTERVAL_MAX_S": "6",
    "RANDOM_PER_HOUR": "0",
    "RETRIES": "2",
    "RETRY_AFTER_S": "1",
    "RETRY_PAUSED_S": "2",
    "RETRY_PAUSED_MAX_S": "3",
    "CHECKPOINT_EVERY_S": "1",
    "LAPSE_S": "5",
    "LEASE_S": "6",
    "DEVICE_CHECK": "false",
}
LIVED = (
    *("sitting", "device", "login", "attempt", "lockout", "outbox", "notice"),
    *("topic_progress", "note"),
)
"""Tables that a test fills; what hangs on them goes with them."""
FORGET_ENROLMENTS = """DELETE FROM reference WHERE captures > 0
    OR photo_id IN (SELECT photo_id FROM enrolment)"""
"""Workers make these templates anew, of the photo alone."""
SMALL = ("sampler", "glancer", "housekeeping", "courier", "booking_keeper")
PROCESSES = {
    "app": ["-m", "app", "app"],
    "media": ["-m", "media"],
    "sampler": ["-m", "workers", *SMALL],
    "matcher": ["-m", "workers", "face_matcher"],
}


def code_in(outbox: dict[str, list[dict[str, str]]]) -> str:
    """The newest code of `/outbox.json?to=…`."""
    texts = [it["text"] for it in outbox["letters"] if it["kind"] == "code"]
    return re.search(r"\d{6}", texts[0])[0]


def mobile_of(srn: str) -> str:
    return next(login.mobile for login in LOGINS if login.srn == srn)


def visitor(house: "House", srn: str) -> dict[str, object]:
    """What a scripted browser of this person needs."""

    async def read_code(http):
        to = {"to": mobile_of(srn)}
        async with http.get(f"{house.url}/outbox.json", params=to) as answer:
            return code_in(await answer.json())

    return {
        "url": house.url,
        "srn": srn,
        "password": PASSWORD,
        "read_code": read_code,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class House:
    """Started processes by name; their output goes to files of `folder`."""

    folder: Path
    database_url: str
    redis_url: str
    policy: dict[str, str] = field(default_factory=lambda: dict(QUICK))
    processes: dict[str, list[str]] = field(default_factory=lambda: dict(PROCESSES))

    def __post_init__(self) -> None:
        self.app_port, self.media_port = free_port(), free_port()
        self.url = f"http://localhost:{self.app_port}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SPOM_SECRET": secrets.token_urlsafe(40),
            "SPOM_APP_URL": self.url,
            "SPOM_APP_PORT": str(self.app_port),
            "SPOM_MEDIA_URL": f"http://localhost:{self.media_port}",
            "SPOM_MEDIA_PORT": str(self.media_port),
            "SPOM_DEVELOPMENT": "true",
            "SPOM_CONTENT": str(self.folder / "content"),
            "SPOM_EVIDENCE": str(self.folder / "evidence"),
            "SPOM_PACK": str(ROOT / "var" / "models" / "faceplugin"),
            **{f"SPOM_POLICY_{name}": value for name, value in self.policy.items()},
        }

    def start_all(self) -> None:
        subprocess.run(
            [PYTHON, "-m", "workers.demo", "--ready"],
            env=self.environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            timeout=60,
        )
        for name in self.processes:
            self.start(name)
        self.wait_until_well()

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [PYTHON, *self.processes[name]],
                env=self.environment_of(name),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    @property
    def settings(self) -> Settings:
        """For services of the test's own, beside the processes."""
        return Settings(
            DATABASE_URL=self.database_url,
            REDIS_URL=self.redis_url,
            secret=self.environment["SPOM_SECRET"],
            app_url=self.url,
            development=True,
            evidence=str(self.folder),
        )

    def environment_of(self, name: str) -> dict[str, str]:
        return self.environment

    def kill(self, name: str) -> None:
        """As the machine would: no warning, nothing tidied up."""
        process = self.running.pop(name)
        process.kill()
        process.wait(10)

    def stop_all(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)

    def wait_until_well(self, patience_s: float = 40) -> None:
        deadline = time.monotonic() + patience_s
        ports = {"app": self.app_port, "media": self.media_port}
        for port in (ports[name] for name in ports.keys() & self.processes.keys()):
            while not answers(f"http://localhost:{port}/healthz"):
                assert time.monotonic() < deadline, self.logs()
                time.sleep(0.1)

    def logs(self) -> str:
        texts = (p.read_text()[-3000:] for p in sorted(self.folder.glob("*.log")))
        return "\n".join(texts)

    async def reset(self) -> None:
        """As after `start_all`: nobody logged in, nothing studied, Redis refilled."""
        self.start_missing()
        await self._forget()
        client = redis.from_url(self.redis_url)
        client.flushdb()
        deadline = time.monotonic() + 20
        while not client.exists("nodes"):
            assert time.monotonic() < deadline, self.logs()
            await asyncio.sleep(0.1)
        client.close()
        await self.until("SELECT count(*) FROM reference WHERE state = 'made'", 6)

    async def _forget(self) -> None:
        """The workers read on meanwhile: where they and we block each other, again."""
        connection = await asyncpg.connect(self.database_url)
        try:
            for left in reversed(range(5)):
                try:
                    await connection.execute(f"TRUNCATE {', '.join(LIVED)} CASCADE")
                    break
                except asyncpg.DeadlockDetectedError:
                    if not left:
                        raise
            await connection.execute(FORGET_ENROLMENTS)
        finally:
            await connection.close()

    def start_missing(self) -> None:
        """Starts again what a test killed."""
        for name in self.processes.keys() - self.running.keys():
            self.start(name)
        self.wait_until_well()

    async def value(self, query: str, *arguments: object) -> object:
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def until(self, query: str, expected: object, patience_s: float = 30) -> None:
        """Waits until the query's value is the expected one."""
        found: object = None
        for _ in range(int(patience_s / 0.2)):
            found = await self.value(query)
            if found == expected:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"{query}: {found!r}, not {expected!r}\n{self.logs()}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False
