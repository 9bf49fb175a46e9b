"""The device check: its page, opening and concluding it, and measuring the speed."""

import asyncio
import os
from dataclasses import asdict
from typing import Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field
from ua_parser import parse

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import CLOCK, for_role, page_context, safe_next
from app.accounts.views.kit import browser_of
from app.adapters.bodies import BODY_PATIENCE_S, Body, SlowBody, read_json
from app.adapters.http import SITE
from app.adapters.openapi import takes
from app.adapters.throttle import Rate, Throttle
from app.kernel.ids import CheckId
from app.kernel.refusals import Conflict
from app.kernel.tickets import Glancing
from app.proctoring.domain.checks import Told
from app.proctoring.domain.devices import Signs
from app.proctoring.domain.told import told_as
from app.proctoring.service.checks import Checks, Guide, NoSuchCheck
from app.proctoring.views.opening import NODES, Stream, device_key, way_in

CHECKS = web.AppKey("checks", Checks)
THROTTLE = web.AppKey("throttle", Throttle)
SPEED_PATH = "/api/checks/speed"
DOWN_BYTES, UP_MOST = 2 * 1024**2, 1024**2
# A check takes three of them, and one checks again as often as a lamp is moved.
SPEED_RATE = Rate(name="speed", burst=20, every_s=3)
ROOMY = {SPEED_PATH: UP_MOST}
_NOISE = os.urandom(DOWN_BYTES)  # nothing that a proxy could make smaller


class NoDevice(Conflict):
    """Please log in again on this computer, then check it."""


class Facts(Body):
    """What the browser tells. `now_ms`: its own clock; `give_up`: no more waiting."""

    camera: str | None = Field(None, max_length=200)
    told_mobile: bool | None = None
    touch_points: int = Field(0, ge=0, le=1_000)
    screen_width: int = Field(0, ge=0, le=100_000)
    screen_height: int = Field(0, ge=0, le=100_000)
    platform: str = Field("", max_length=100)
    cores: int | None = Field(None, ge=1, le=100_000)
    memory_gb: float | None = Field(None, gt=0, le=100_000, allow_inf_nan=False)
    down_mbit: float | None = Field(None, ge=0, le=1e6, allow_inf_nan=False)
    up_mbit: float | None = Field(None, ge=0, le=1e6, allow_inf_nan=False)
    now_ms: float | None = Field(None, ge=0, le=1e14, allow_inf_nan=False)
    path: Literal["direct", "relay"] | None = None
    give_up: bool = False


def routes() -> list[web.RouteDef]:
    return [
        web.get("/check", show_check),
        web.post("/api/checks", open_check),
        web.post("/api/checks/{check}/conclude", conclude),
        web.get(SPEED_PATH, send_noise),
        web.post(SPEED_PATH, take_noise),
    ]


@for_role(Role.STUDENT)
async def show_check(request: web.Request, who: Identity) -> web.StreamResponse:
    """Camera, light, computer and network, tried before they matter."""
    target = safe_next(request.query.get("next", "/"))
    last = await request.app[CHECKS].last(who.account)
    enrols = request.app[CHECKS].enrols
    context = {"next": target, "last": last, "enrols": enrols, **page_context(request)}
    return request.app[SITE].page("check.html", context)


@for_role(Role.STUDENT)
async def open_check(request: web.Request, who: Identity) -> web.StreamResponse:
    """Opens a check: where to stream to, and the ticket for it."""
    device = device_key(request)
    if device is None:
        raise NoDevice
    node = await request.app[NODES].least_loaded()
    opened = await request.app[CHECKS].open(
        who.account, device, browser_of(request).name
    )
    stream = Stream(sitting=opened.sitting, epoch=opened.epoch, glancing=Glancing.NONE)
    way = way_in(request, stream, node)
    return web.json_response({"check": str(opened.check), **way})


@for_role(Role.STUDENT)
@takes(body=Facts)
async def conclude(request: web.Request, who: Identity) -> web.StreamResponse:
    """The lines so far; final once the look is done or the page gives up."""
    facts = await read_json(request, Facts)
    told = _told(request, facts)
    found = await request.app[CHECKS].conclude(
        who.account, _check(request), told, give_up=facts.give_up
    )
    return web.json_response(
        {
            "awaiting": found.awaiting,
            "result": found.result,
            "lines": [asdict(line) for line in found.lines],
            "guide": _guide(found.guide),
        }
    )


def _guide(guide: Guide | None) -> dict[str, object] | None:
    if guide is None:
        return None
    return {**asdict(guide), "trouble": told_as(guide.trouble)}


@for_role(Role.STUDENT)
async def send_noise(request: web.Request, who: Identity) -> web.StreamResponse:
    """Two megabytes of noise, to time."""
    await request.app[THROTTLE].take(SPEED_RATE, str(who.account))
    return web.Response(body=_NOISE, content_type="application/octet-stream")


@for_role(Role.STUDENT)
async def take_noise(request: web.Request, who: Identity) -> web.StreamResponse:
    """Takes up to a megabyte, and says how long it took to arrive, in seconds."""
    await request.app[THROTTLE].take(SPEED_RATE, str(who.account))
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            size = len(await request.read())
    except TimeoutError as error:
        raise SlowBody from error
    return web.json_response({"bytes": size, "seconds": loop.time() - began})


def _told(request: web.Request, facts: Facts) -> Told:
    agent = request.headers.get("User-Agent", "")[:400]
    seen = parse(agent).user_agent
    major = seen.major if seen and seen.major else "0"
    clock_off_s = None
    if facts.now_ms is not None:
        now = request.app[CLOCK].now()
        clock_off_s = facts.now_ms / 1000 - now.timestamp()
    return Told(
        camera=facts.camera,
        signs=Signs(
            user_agent=agent,
            told_mobile=facts.told_mobile,
            touch_points=facts.touch_points,
            screen_width=facts.screen_width,
            screen_height=facts.screen_height,
            platform=facts.platform,
        ),
        browser=_family(seen.family if seen else ""),
        browser_version=int(major) if major.isdigit() else 0,
        cores=facts.cores,
        memory_gb=facts.memory_gb,
        down_mbit=facts.down_mbit,
        up_mbit=facts.up_mbit,
        clock_off_s=clock_off_s,
        path=facts.path,
    )


def _family(name: str) -> str:
    """The engine that counts: 'HeadlessChrome', 'Chromium' and 'Chrome' are one."""
    for engine in ("Edge", "Opera", "Firefox", "Chrom", "Safari"):
        if engine in name:
            return "Chrome" if engine == "Chrom" else engine
    return name


def _check(request: web.Request) -> CheckId:
    try:
        return CheckId(UUID(request.match_info["check"]))
    except ValueError as error:
        raise NoSuchCheck from error
