"""Scripted students who answer at once: each logged in, with a test that runs."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import aiohttp

from app.accounts.service.gatehouse import Gatehouse
from app.accounts.views.guard import COOKIE
from app.adapters.bell import MemoryBell
from app.adapters.http import Site
from app.exams.domain.exams import Exam
from app.exams.domain.policy import ExamsPolicy
from app.exams.service.drawing import Wanted
from app.exams.service.exams import Exams
from app.kernel.ids import AccountId, ModuleCode
from tests.stores.exam_world import put_bank, put_blueprint, questions

PLACES = 30


@dataclass(frozen=True)
class Student:
    exam: Exam
    token: str
    kinds: tuple[str, ...]


@dataclass
class Rush:
    """`waits`: seconds from each send to its acknowledgement."""

    waits: list[float] = field(default_factory=list)
    acknowledged: list[tuple[str, int, int]] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def at(self, share: float) -> float:
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, int(share * len(waits)))]


async def enrol(house: Gatehouse, module: str, count: int) -> list[Student]:
    """So many, each with a paper of thirty places and a log-in."""
    await put_bank(house.db, module, questions(10))
    parts = [{"tag": "basics", "count": PLACES}]
    await put_blueprint(house.db, module, remote=True, parts=parts)
    exams = Exams(house, MemoryBell(), ExamsPolicy())
    return [await _enrol_one(house, exams, module) for _ in range(count)]


async def _enrol_one(house: Gatehouse, exams: Exams, module: str) -> Student:
    account, token = AccountId(uuid4()), secrets.token_urlsafe(32)
    device, now = uuid4(), house.clock.now()
    async with house.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               VALUES ($1, $2, 'Scripted', 'student', 'x', now(), now())""",
            account,
            f"R{account.hex[:10].upper()}",
        )
        await tx.execute(
            """INSERT INTO device (device_id, account_id, token_hash, name,
                   first_seen_at, last_seen_at, proved_at)
               VALUES ($1, $2, $3, 'Script', now(), now(), now())""",
            device,
            account,
            secrets.token_bytes(32),
        )
        await tx.execute(
            """INSERT INTO login (token_hash, account_id, created_at, last_seen_at,
                   login_id, device_id, remembered, ways, proved_at, network, place)
               VALUES ($1, $2, $3, $3, $4, $5, false, '{password,totp}', $3,
                   '127.0.0.1', '')""",
            hashlib.sha256(token.encode()).digest(),
            account,
            now,
            uuid4(),
            device,
        )
        wanted = Wanted(account=account, module=ModuleCode(module))
        opened = await exams.open(tx, wanted, now)
        exam = await exams.begin(tx, opened.exam, now)
        kinds = await tx.fetch(
            """SELECT v.kind FROM exam_question q
               JOIN question_version v USING (question_id, version)
               WHERE q.exam_id = $1 ORDER BY q.position""",
            exam.exam,
        )
    return Student(exam=exam, token=token, kinds=tuple(it["kind"] for it in kinds))


async def rush(
    url: str, secret: str, students: Sequence[Student], *, rounds: int, pause_s: float
) -> Rush:
    """Each answers `rounds` places, one after another; between two of them they think
    for up to twice `pause_s`. None: all at the same moment, every time."""
    done, site = Rush(), Site(url=url, media_urls=[], secret=secret)
    limit = aiohttp.TCPConnector(limit=len(students))
    async with aiohttp.ClientSession(connector=limit) as http:
        ask = _Asking(http, site, done)
        await asyncio.gather(*(ask.connect() for _ in students))
        if pause_s:
            working = (ask.at_leisure(it, rounds, pause_s) for it in students)
            await asyncio.gather(*working)
        for number in range(0 if pause_s else rounds):
            await asyncio.gather(*(ask.answer(it, number) for it in students))
    return done


@dataclass
class _Asking:
    http: aiohttp.ClientSession
    site: Site
    done: Rush

    async def connect(self) -> None:
        """Their pages are open: so are their connections."""
        async with self.http.get(f"{self.site.url}/healthz") as response:
            await response.read()

    async def at_leisure(self, it: Student, rounds: int, pause_s: float) -> None:
        for number in range(rounds):
            await asyncio.sleep(secrets.randbelow(1000) / 500 * pause_s)
            await self.answer(it, number)

    async def answer(self, it: Student, number: int) -> None:
        place, turn = number % PLACES + 1, number // PLACES + 1
        given = {"single": 1, "multiple": [0, 3], "numeric": "12,5"}
        answer = {"place": place, "turn": turn, "answer": given[it.kinds[place - 1]]}
        began = time.perf_counter()
        async with self.http.post(
            f"{self.site.url}/api/exams/{it.exam.exam}/answers",
            json={"epoch": it.exam.epoch, "answers": [answer]},
            headers={
                "Cookie": f"{COOKIE}={it.token}",
                "Origin": self.site.url,
                "X-CSRF-Token": self.site.csrf_token(it.token),
            },
        ) as response:
            self.done.statuses.add(response.status)
            told = await response.json()
        self.done.waits.append(time.perf_counter() - began)
        self.done.acknowledged += [
            (str(it.exam.exam), one["place"], one["turn"]) for one in told["saved"]
        ]
