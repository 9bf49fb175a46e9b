"""Whose the seats of a slot are: on a page of its own, as the trail has who looked."""

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.booking.service.reports import SEATED_MOST
from app.booking.views.staff_keys import REPORTS, slot_in
from app.booking.views.staff_slot import ONE_PATH


def routes() -> list[web.RouteDef]:
    return [web.get(f"{ONE_PATH}/people", show_people)]


@for_role(Role.ADMIN)
async def show_people(request: web.Request, who: Identity) -> web.StreamResponse:
    """Who has a seat in the slot, is offered or holds one; the trail has who looked."""
    reports = request.app[REPORTS]
    slot, _ = await reports.slot(slot_in(request))
    people = await reports.people(who.account, slot.slot)
    return page(
        request,
        "booking/staff_people.html",
        None,
        slot=slot,
        people=people[:SEATED_MOST],
        cut=len(people) > SEATED_MOST,
    )
