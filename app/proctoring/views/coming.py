"""The tests that lie ahead, for a student's first page."""

from collections.abc import Mapping

from aiohttp import web

from app.accounts.domain.people import Identity
from app.booking.views.exam_door import doors_of
from app.booking.views.kit import finding_of, own_of, words_of
from app.exams.views.results import mine_of
from app.learning.domain.catalogue import Module
from app.proctoring.service.desk import Desk
from app.proctoring.service.remote import any_remote, open_remotely_to

DESK = web.AppKey("coming_desk", Desk)


async def on_dashboard(request: web.Request, who: Identity) -> Mapping[str, object]:
    """For "exams/coming_tests.html": seats whose test can be opened, now or later, and
    tests that can be sat remotely. What is open already is told by its live topic."""
    finding = finding_of(request)
    now, found = finding.now(), []
    mine = [it for it in await finding.mine(who.account) if it.ends_at > now]
    doors = await doors_of(request, who.account, mine)
    for seat in mine:
        door = doors.get(seat.seat.seat)
        if door is not None and (door.is_early(now) or door.is_open(now)):
            found.append((seat, door))
    found.sort(key=lambda it: it[0].starts_at)
    remote = await _remote(request, who)
    return {"coming": found, "remote": remote, "now": now, **words_of()}


async def _remote(request: web.Request, who: Identity) -> list[Module]:
    if not await any_remote(request.app[DESK]):
        return []
    modules = {it.code: it for it in await own_of(request, who)}
    codes = await open_remotely_to(
        request.app[DESK],
        who.account,
        list(modules),
        await mine_of(request, who.account),
    )
    return [modules[code] for code in codes]
