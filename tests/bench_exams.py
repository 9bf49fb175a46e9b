"""300 students answer at once, over the real API of one process: `make bench-exams`.

PostgreSQL writes through to the disk here, as in service. Beside it the same statement
asked bare, by as many at once over as many connections as the process has: what is
above that is HTTP, log-in, reading and Python.
"""

import asyncio
import gc
import os
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psutil
import uvloop

from app.accounts.domain.policy import AccountPolicy
from app.accounts.service.gatehouse import open_gatehouse
from app.adapters import db
from app.adapters.clock import AnchoredClock
from app.adapters.db import Database
from app.adapters.embedded import start_postgres, start_valkey
from app.adapters.migrations import migrate
from app.exams.store import answers as store
from app.exams.store.answers import Writer
from app.main import POOL
from app.settings import Settings
from tests.exam_rush import PLACES, Rush, Student, enrol, rush
from tests.house import free_port
from tests.people import people_database

STUDENTS = 300
ROUNDS = 10
PAUSE_S = 2.0
P99_MOST_S = 0.2
MODULE = "CEL"


async def bench(folder: Path) -> bool:
    postgres, valkey = start_postgres(folder), start_valkey(folder)
    try:
        url = postgres.url()
        await migrate(url)
        await people_database(url, folder / "content")
        secret, port = secrets.token_urlsafe(40), free_port()
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": valkey.url,
            "SPOM_SECRET": secret,
            "SPOM_APP_URL": f"http://localhost:{port}",
            "SPOM_APP_PORT": str(port),
            "SPOM_EVIDENCE": str(folder / "evidence"),
        }
        app = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "app"), env={**os.environ, **settings}
        )
        try:
            await _until_well(settings["SPOM_APP_URL"])
            process = psutil.Process(app.pid)
            return await _measure(url, settings["SPOM_APP_URL"], secret, process)
        finally:
            app.terminate()
            await app.wait()
    finally:
        valkey.stop()
        postgres.stop()


async def _until_well(site: str) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(30):
        while True:
            try:
                async with http.get(f"{site}/healthz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


async def _measure(url: str, site: str, secret: str, app: psutil.Process) -> bool:
    database = await db.connect(url, size=POOL)
    policy = AccountPolicy()
    given = Settings(DATABASE_URL=url, REDIS_URL="", secret=secret, accounts=policy)
    house = open_gatehouse(database, AnchoredClock(), given)
    students = await enrol(house, MODULE, STUDENTS)
    gc.freeze()  # the collector of the one who asks is nobody's wait
    await rush(site, secret, students, rounds=1, pause_s=PAUSE_S)  # warm
    found = {}
    for name, pause_s in (("working", PAUSE_S), ("all at the same moment", 0)):
        before = sum(app.cpu_times()[:2])
        done = await rush(site, secret, students, rounds=ROUNDS, pause_s=pause_s)
        used_ms = (sum(app.cpu_times()[:2]) - before) * 1000 / len(done.waits)
        assert done.statuses == {200}
        found[name] = done
        _say(name, done)
        print(f"{name}: {used_ms:.2f} ms of the app's CPU an answer")
    bare = await _bare(database, students)
    _say("bare SQL, all at the same moment", bare)
    for name, done in found.items():
        ratio = done.at(0.99) / bare.at(0.99)
        print(f"{name}: p99 is {ratio:.1f} times that of bare SQL")
    await database.close()
    return all(done.at(0.99) <= P99_MOST_S for done in found.values())


async def _bare(database: Database, students: list[Student]) -> Rush:
    done = Rush()

    async def answer(it: Student, number: int) -> None:
        began = time.perf_counter()
        writer = Writer(
            exam=it.exam.exam,
            account=it.exam.account,
            epoch=it.exam.epoch,
            now=it.exam.started_at,
        )
        async with database.connection() as tx:
            answer = number % PLACES + 1, 1000 + number, "1"
            await store.save(tx, [(writer, [answer])])
        done.waits.append(time.perf_counter() - began)

    for number in range(ROUNDS):
        await asyncio.gather(*(answer(it, number) for it in students))
    return done


def _say(name: str, done: Rush) -> None:
    shown = ", ".join(
        f"{word} {done.at(share) * 1000:.0f} ms"
        for word, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))
    )
    longest = done.at(1) * 1000
    print(f"{name}: {len(done.waits)} answers, {shown}, longest {longest:.0f} ms")


if __name__ == "__main__":
    own = Path(tempfile.mkdtemp(prefix="spom-bench-", dir="/var/tmp"))
    own.chmod(0o755)
    try:
        well = uvloop.run(bench(own))
    finally:
        shutil.rmtree(own, ignore_errors=True)
    sys.exit(0 if well else f"p99 is above {P99_MOST_S * 1000:.0f} ms")
