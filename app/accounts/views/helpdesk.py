"""The helpdesk's pages: find a person, see how things stand, help."""

import csv
import io
import json

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.service.helpdesk import Card
from app.accounts.store.staff import Found
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.staff_kit import (
    CAPTURES,
    HELPDESK,
    HELPERS,
    REQUESTS,
    account_in,
    masked,
)
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal
from app.kernel.sheets import plain

PEOPLE_PATH = "/staff/people"


class ReasonForm(Body):
    reason: str = Field(max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    acts = {
        "unlock": unlock,
        "activation": resend_activation,
        "logins": end_logins,
        "factors": remove_factors,
        "close": close,
        "reopen": reopen,
    }
    person = f"{PEOPLE_PATH}/{{account}}"
    return [
        web.get("/staff", show_staff),
        web.get(PEOPLE_PATH, show_people),
        web.get(f"{PEOPLE_PATH}.csv", export_people),
        web.get(person, show_person),
        web.post(f"{person}/contacts", show_contacts),
        *(web.post(f"{person}/{word}", act) for word, act in acts.items()),
    ]


@for_role(*HELPERS)
async def show_staff(request: web.Request, who: Identity) -> web.StreamResponse:
    """What waits for a person."""
    people, photos = await request.app[REQUESTS].count()
    captures = await request.app[CAPTURES].count()
    counts = {"people": people, "photos": photos, "captures": captures}
    return page(request, "staff/start.html", None, **counts)


@for_role(*HELPERS)
async def show_people(request: web.Request, who: Identity) -> web.StreamResponse:
    """Search by SRN, name, e-mail or mobile; `after` an SRN for the next page."""
    text = request.query.get("q", "")
    found = await request.app[HELPDESK].find(who, text, request.query.get("after", ""))
    return page(request, "staff/people.html", q=text, found=found)


@for_role(*HELPERS)
async def export_people(request: web.Request, who: Identity) -> web.StreamResponse:
    """What was found, as CSV."""
    found = await request.app[HELPDESK].find(
        who, request.query.get("q", ""), request.query.get("after", "")
    )
    return web.Response(
        text=_csv(found),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="people.csv"'},
    )


def _csv(found: list[Found]) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["srn", "name", "role", "state"])
    for it in found:
        rows.writerow([plain(cell) for cell in (it.srn, it.name, it.role, it.state)])
    return text.getvalue()


@for_role(*HELPERS)
async def show_person(request: web.Request, who: Identity) -> web.StreamResponse:
    """State, locks, devices, letters and what was done; contacts are masked."""
    return await person_page(request, who)


async def person_page(
    request: web.Request,
    who: Identity,
    refusal: Refusal | None = None,
    *,
    open_contacts: bool = False,
) -> web.StreamResponse:
    card = await request.app[HELPDESK].card(who, account_in(request))
    person = card.person
    return page(
        request,
        "staff/person.html",
        refusal,
        card=card,
        person=person,
        email=person.email if open_contacts else masked(person.email),
        mobile=person.mobile if open_contacts else masked(person.mobile),
        open_contacts=open_contacts,
        events=_events(card),
        checking=card.checking,
    )


def _events(card: Card) -> list[dict[str, object]]:
    return [
        {
            "at": event.at,
            "what": event.what.replace(".", ": ").replace("_", " "),
            "by": card.names.get(event.by, "") if event.by else "system",
            "details": json.loads(event.details),
        }
        for event in card.events
    ]


@for_role(*HELPERS, proved=True)
async def show_contacts(request: web.Request, who: Identity) -> web.StreamResponse:
    """In full; who looked is in the trail."""
    await request.app[HELPDESK].show_contacts(who, account_in(request))
    return await person_page(request, who, open_contacts=True)


@for_role(*HELPERS, proved=True)
async def unlock(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[HELPDESK].unlock(who, account_in(request))
    return _back(request)


@for_role(*HELPERS, proved=True)
@form_for(person_page)
async def resend_activation(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[HELPDESK].resend_activation(who, account_in(request))
    return _back(request)


@for_role(*HELPERS, proved=True)
async def end_logins(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[HELPDESK].end_logins(who, account_in(request))
    return _back(request)


@for_role(*HELPERS, proved=True)
@takes(form=ReasonForm)
@form_for(person_page)
async def remove_factors(request: web.Request, who: Identity) -> web.StreamResponse:
    """After the person was recognised: the reason says how."""
    form = await read_form(request, ReasonForm)
    await request.app[HELPDESK].remove_factors(who, account_in(request), form.reason)
    return _back(request)


@for_role(Role.HELPDESK, Role.ADMIN, proved=True)
async def close(request: web.Request, who: Identity) -> web.StreamResponse:
    return await _set_closed(request, who, closed=True)


@for_role(Role.HELPDESK, Role.ADMIN, proved=True)
async def reopen(request: web.Request, who: Identity) -> web.StreamResponse:
    return await _set_closed(request, who, closed=False)


async def _set_closed(
    request: web.Request, who: Identity, *, closed: bool
) -> web.StreamResponse:
    try:
        await request.app[HELPDESK].set_closed(who, account_in(request), closed=closed)
    except Refusal as refusal:
        return await person_page(request, who, refusal)
    return _back(request)


def _back(request: web.Request) -> web.Response:
    return see_other(f"{PEOPLE_PATH}/{account_in(request)}?said=done")
