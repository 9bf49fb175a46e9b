"""Moving a slot to another time: whom it concerns is said first, then it is done."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.booking.domain.planning import Span
from app.booking.views.staff_keys import (
    REPORTS,
    SLOT_CANCELLING,
    SLOT_CHANGES,
    SLOTS_PATH,
    TEXT_MAX,
    slot_in,
)
from app.booking.views.staff_slot import ONE_PATH, moment, slot_page, zone_of


class MoveForm(Body):
    """On the centre's clock; the end is on the same day."""

    day: str = Field(max_length=TEXT_MAX)
    start: str = Field(max_length=TEXT_MAX)
    end: str = Field(max_length=TEXT_MAX)
    sure: bool = Field(False)


def routes() -> list[web.RouteDef]:
    return [web.post(f"{ONE_PATH}/move", move)]


@for_role(Role.ADMIN, proved=True)
@takes(form=MoveForm)
@form_for(slot_page)
async def move(request: web.Request, who: Identity) -> web.StreamResponse:
    """Everybody with a seat, or in line, gets a letter; who has not said that they are
    sure is asked."""
    slot, form = slot_in(request), await read_form(request, MoveForm)
    zone = await zone_of(request)
    span = Span(
        starts_at=moment(form.day, form.start, zone),
        ends_at=moment(form.day, form.end, zone),
    )
    if not form.sure:
        return await _ask(request, span, form)
    told = await request.app[SLOT_CHANGES].move(who.account, slot, span)
    return see_other(f"{SLOTS_PATH}/{slot}?told={told}")


async def _ask(request: web.Request, span: Span, form: MoveForm) -> web.StreamResponse:
    """Raises what moving would."""
    slot = slot_in(request)
    line_goes_on = await request.app[SLOT_CHANGES].may_move(slot, span)
    use, _ = await request.app[REPORTS].slot(slot)
    concerned = await request.app[SLOT_CANCELLING].concerned(slot)
    return page(
        request,
        "booking/staff_move_slot.html",
        None,
        slot=use,
        to=span,
        typed=form,
        concerned=concerned,
        line_goes_on=line_goes_on,
    )
