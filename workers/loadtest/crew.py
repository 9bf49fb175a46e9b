"""One process of a load test: some of the students, and some of the proctors.

Reads a `Crew` as one line of JSON, tells events as lines of JSON (see `sitter`), and
ends when its input does. Started by `workers.loadtest.run`.
"""

import asyncio
import json
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import cv2
import numpy as np
import structlog
import uvloop
from pydantic import TypeAdapter

from app.adapters.clock import AnchoredClock
from app.adapters.logs import set_up_logging
from media.faces.pictures import Picture
from workers.loadtest.authenticators import Authenticator
from workers.loadtest.browser_camera import Studio
from workers.loadtest.faces import shows
from workers.loadtest.people import Person
from workers.loadtest.plan import Part
from workers.loadtest.sitter import Sitter
from workers.loadtest.visitor import LoginFailed
from workers.loadtest.watching import Watching

CODE_TRIES, CODE_AGAIN_S = 20, 0.25

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """`began` by CLOCK_MONOTONIC; `faces` a .npz of seated faces by name; `spread`:
    each comes from a loopback address of its own."""

    url: str
    module: str
    began: float
    faces: str
    students: list[tuple[Part, Person]]
    proctors: list[Person]
    spread: bool


def main() -> None:
    set_up_logging()
    cv2.setNumThreads(1)  # the machine is the server's
    crew = TypeAdapter(Crew).validate_json(sys.stdin.readline())
    uvloop.run(_run(crew))


async def _run(crew: Crew) -> None:
    with np.load(Path(crew.faces)) as file:
        faces = {name: file[name] for name in file.files}
    with ThreadPoolExecutor(1, thread_name_prefix="camera") as pool:
        first = next(iter(sorted(faces)))
        studio = Studio(pool, shows(faces, first, 0)["right"])
        work = [_student(crew, faces, studio, *it) for it in crew.students]
        work += [_proctor(crew, number, it) for number, it in enumerate(crew.proctors)]
        await _until_told(work)


async def _until_told(work: list[Callable[[], Awaitable[None]]]) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, over.set)
    loop.add_reader(sys.stdin.fileno(), over.set)  # the runner is gone
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(guarded(it)) for it in work]
        await over.wait()
        for task in tasks:
            task.cancel()


async def guarded(act: Callable[[], Awaitable[None]]) -> None:
    """A bug in one student ends that one alone, and is told; the log has its trace."""
    try:
        await act()
    except Exception as error:
        tell("failed", word=f"bug_{type(error).__name__}")
        log.exception("script_failed")


def _student(
    crew: Crew,
    faces: dict[str, Picture],
    studio: Studio,
    part: Part,
    person: Person,
) -> Callable[[], Awaitable[None]]:
    async def act() -> None:
        await asyncio.sleep(max(0.0, crew.began + part.after_s - monotonic()))
        await Sitter(
            **_log_in(crew, person, part.number),
            module=crew.module,
            part=part,
            face=person.face,
            faces=faces,
            studio=studio,
            tell=tell,
        ).run()

    return act


def _proctor(crew: Crew, number: int, person: Person) -> Callable[[], Awaitable[None]]:
    async def act() -> None:
        asked = _log_in(crew, person, 50_000 + number)
        await Watching(**asked, tell=tell, seed=number).run()

    return act


def _log_in(crew: Crew, person: Person, number: int) -> dict[str, Any]:
    app = Authenticator(person.totp, AnchoredClock().now) if person.totp else None
    return {
        "url": crew.url,
        "srn": person.srn,
        "password": person.password,
        "way": "totp" if app else "code",
        "read_code": app or (lambda http: read_code(http, crew.url, person.mobile)),
        "address": loopback_of(number) if crew.spread else None,
    }


def loopback_of(number: int) -> str:
    """127.A.B.1: each a network of its own, as students' homes are."""
    return f"127.{1 + number // 250}.{1 + number % 250}.1"


async def read_code(http: aiohttp.ClientSession, url: str, mobile: str) -> str:
    """The newest one-time code to this number, as a development house shows it."""
    for _ in range(CODE_TRIES):
        async with http.get(f"{url}/outbox.json", params={"to": mobile}) as answer:
            if answer.status != 200:
                raise LoginFailed('{"code": "no_outbox"}')
            letters = (await answer.json())["letters"]
        texts = [it["text"] for it in letters if it["kind"] == "code"]
        found = re.search(r"\d{6}", texts[0]) if texts else None
        if found:
            return found[0]
        await asyncio.sleep(CODE_AGAIN_S)
    raise LoginFailed('{"code": "no_code"}')


def tell(kind: str, value: float | None = None, *, word: str = "") -> None:
    event = {"at": monotonic(), "is": kind, "value": value, "word": word}
    with suppress(BrokenPipeError):
        print(json.dumps(event), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
