"""Centres: made, changed and closed."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.account import ZONES
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.booking.domain.centres import SEATS_MOST, Centre, CentreDraft, fee_of
from app.booking.views.staff_keys import (
    CENTRES,
    CENTRES_PATH,
    TEXT_MAX,
    centre_in,
    told_page,
    typed,
)
from app.kernel.money import exact
from app.kernel.refusals import Refusal


class CentreForm(Body):
    """`fee` and `currency`: both, or none for the fee of each module."""

    code: str = Field(max_length=TEXT_MAX)
    name: str = Field(max_length=TEXT_MAX)
    city: str = Field(max_length=TEXT_MAX)
    address: str = Field(max_length=TEXT_MAX)
    time_zone: str = Field(max_length=TEXT_MAX)
    capacity: int = Field(ge=0, le=SEATS_MOST * 10)
    accessible: int = Field(0, ge=0, le=SEATS_MOST * 10)
    fee: str = Field("", max_length=TEXT_MAX)
    currency: str = Field("", max_length=TEXT_MAX)


def routes() -> list[web.RouteDef]:
    one = f"{CENTRES_PATH}/{{centre}}"
    return [
        web.get(CENTRES_PATH, show_centres),
        web.post(CENTRES_PATH, make),
        web.get(one, show_centre),
        web.post(one, change),
        web.post(f"{one}/close", close),
        web.post(f"{one}/open", open_again),
    ]


@for_role(Role.ADMIN)
async def show_centres(request: web.Request, who: Identity) -> web.StreamResponse:
    """Every centre, with what is coming there; and a form for a new one."""
    return await centres_page(request, who)


async def centres_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    return page(
        request,
        "booking/staff_centres.html",
        refusal,
        centres=await request.app[CENTRES].all(),
        zones=ZONES,
        typed=await typed(request, {"time_zone": who.time_zone}),
    )


@for_role(Role.ADMIN, proved=True)
@takes(form=CentreForm)
@form_for(centres_page)
async def make(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, CentreForm)
    await request.app[CENTRES].make(who.account, _draft(form))
    return see_other(f"{CENTRES_PATH}?said=done")


@for_role(Role.ADMIN)
async def show_centre(request: web.Request, who: Identity) -> web.StreamResponse:
    """One centre, to be changed or closed."""
    return await centre_page(request, who)


async def centre_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    centre = await request.app[CENTRES].one(centre_in(request))
    return told_page(
        request,
        "booking/staff_centre.html",
        refusal,
        centre=centre,
        zones=ZONES,
        typed=await typed(request, fields_of(centre)),
    )


@for_role(Role.ADMIN, proved=True)
@takes(form=CentreForm)
@form_for(centre_page)
async def change(request: web.Request, who: Identity) -> web.StreamResponse:
    """Another address is told to everybody who has a seat or waits for one there."""
    centre, form = centre_in(request), await read_form(request, CentreForm)
    told = await request.app[CENTRES].change(who.account, centre, _draft(form))
    return see_other(f"{CENTRES_PATH}/{centre}?told={told}")


@for_role(Role.ADMIN, proved=True)
@form_for(centre_page)
async def close(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[CENTRES].close(who.account, centre_in(request))
    return see_other(f"{CENTRES_PATH}?said=done")


@for_role(Role.ADMIN, proved=True)
@form_for(centre_page)
async def open_again(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[CENTRES].open(who.account, centre_in(request))
    return see_other(f"{CENTRES_PATH}?said=done")


def fields_of(centre: Centre) -> dict[str, str]:
    """As they are typed."""
    it = centre.it
    return {
        "code": it.code,
        "name": it.name,
        "city": it.city,
        "address": it.address,
        "time_zone": it.time_zone,
        "capacity": str(it.capacity),
        "accessible": str(it.accessible),
        "fee": exact(it.fee.minor, it.fee.currency) if it.fee else "",
        "currency": it.fee.currency if it.fee else "",
    }


def _draft(form: CentreForm) -> CentreDraft:
    """Raises BadCentre."""
    return CentreDraft(
        code=form.code.strip().upper(),
        name=_line(form.name),
        city=_line(form.city),
        address=_line(form.address),
        time_zone=form.time_zone.strip(),
        capacity=form.capacity,
        accessible=form.accessible,
        fee=fee_of(form.fee, form.currency),
    )


def _line(text: str) -> str:
    return " ".join(text.split())
