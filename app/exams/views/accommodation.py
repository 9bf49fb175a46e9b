"""Extra time of one student, granted by an admin."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.staff_kit import account_in
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.exams.service.accommodations import Accommodations
from app.kernel.refusals import Refusal

ACCOMMODATIONS = web.AppKey("accommodations", Accommodations)
OF = "/staff/people/{account}/accommodation"


class ExtraForm(Body):
    """In percent of a test's duration."""

    extra_percent: int = Field(ge=-1000, le=1000)
    reason: str = Field(max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get(OF, show),
        web.post(OF, grant),
        web.post(f"{OF}/end", end),
    ]


@for_role(Role.ADMIN)
async def show(request: web.Request, who: Identity) -> web.StreamResponse:
    """What is granted, why, and since when."""
    return await accommodation_page(request, who)


async def accommodation_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    person, granted = await request.app[ACCOMMODATIONS].of(account_in(request))
    return page(
        request, "exams/accommodation.html", refusal, person=person, granted=granted
    )


@for_role(Role.ADMIN, proved=True)
@takes(form=ExtraForm)
@form_for(accommodation_page)
async def grant(request: web.Request, who: Identity) -> web.StreamResponse:
    """In every test that is opened from now on."""
    form, account = await read_form(request, ExtraForm), account_in(request)
    service = request.app[ACCOMMODATIONS]
    await service.grant(who, account, form.extra_percent, form.reason)
    return _back(request)


@for_role(Role.ADMIN, proved=True)
@form_for(accommodation_page)
async def end(request: web.Request, who: Identity) -> web.StreamResponse:
    """Tests that were opened keep theirs."""
    await request.app[ACCOMMODATIONS].end(who, account_in(request))
    return _back(request)


def _back(request: web.Request) -> web.Response:
    return see_other(f"{OF.format(account=account_in(request))}?said=done")
