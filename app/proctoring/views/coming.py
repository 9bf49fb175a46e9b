"""The tests that lie ahead, for a student's first page."""

from collections.abc import Mapping

from aiohttp import web

from app.accounts.domain.people import Identity
from app.booking.views.exam_door import door_of
from app.booking.views.kit import finding_of, words_of


async def on_dashboard(request: web.Request, who: Identity) -> Mapping[str, object]:
    """For "exams/coming_tests.html": seats whose test can be opened, now or later; one
    that is open already is told of by its live topic."""
    finding = finding_of(request)
    now, found = finding.now(), []
    for seat in await finding.mine(who.account):
        door = await door_of(request, who.account, seat) if seat.ends_at > now else None
        if door is not None and (door.is_early(now) or door.is_open(now)):
            found.append((seat, door))
    found.sort(key=lambda it: it[0].starts_at)
    return {"coming": found, "now": now, **words_of()}
