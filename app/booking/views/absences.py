"""Where the helpdesk corrects a mark of absence."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.staff_kit import HELPERS
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.booking.service.absences import Absences
from app.booking.views.papers import seat_in
from app.kernel.refusals import Refusal

ABSENCES = web.AppKey("absences", Absences)
ABSENT_PATH = "/staff/door/absent"


class WhyForm(Body):
    reason: str = Field(max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get(ABSENT_PATH, show_absent),
        web.post(f"{ABSENT_PATH}/{{seat}}", correct),
    ]


@for_role(*HELPERS)
async def show_absent(request: web.Request, who: Identity) -> web.StreamResponse:
    """Who was marked absent lately; `srn`: of one student."""
    return await absent_page(request, who)


async def absent_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    srn = request.query.get("srn", "")[:FIELD_MAX]
    guests = await request.app[ABSENCES].recent(srn)
    return page(request, "booking/door_absent.html", refusal, guests=guests, srn=srn)


@for_role(*HELPERS, proved=True)
@takes(form=WhyForm)
@form_for(absent_page)
async def correct(request: web.Request, who: Identity) -> web.StreamResponse:
    """The student was there after all: marked, and told so."""
    form, seat = await read_form(request, WhyForm), seat_in(request)
    await request.app[ABSENCES].was_there(who.account, seat, form.reason)
    return see_other(f"{ABSENT_PATH}?said=done")
