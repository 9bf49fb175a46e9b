"""Incidents: the review queue, one case, and what a student may answer."""

from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.views.consents import CONSENTS, Withdrawn
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.objects import Objects
from app.adapters.openapi import takes
from app.kernel.ids import LookId
from app.kernel.refusals import Refusal
from app.proctoring.domain.incident_words import (
    CHOICES,
    CHOICES_IN_A_TEST,
    KINDS,
    KINDS_TOLD,
    SIGNS,
    STANDINGS,
    choices_of,
)
from app.proctoring.domain.incidents import SAID_MAX, Choice
from app.proctoring.service.cases import Cases
from app.proctoring.service.clips import Clips
from app.proctoring.service.desk import Desk
from app.proctoring.service.evidence import Evidence, NoSuchPicture
from app.proctoring.service.incidents import Incidents, NoSuchIncident, Told
from app.proctoring.service.twins import Twins
from app.proctoring.views.pictures import PHOTOS
from app.proctoring.views.viewing import VIEWING

INCIDENTS = web.AppKey("incidents", Incidents)
CASES = web.AppKey("cases", Cases)
EVIDENCE = web.AppKey("evidence", Evidence)
FORGETS: web.AppKey[list[Withdrawn]] = web.AppKey("incidents_forget")
RECOGNITION = web.AppKey("recognition", list[str])
"""How surely faces are told apart, in sentences."""
REVIEWERS = Role.PROCTOR, Role.ADMIN
QUEUE, MINE = "/incidents", "/account/incidents"


class DecisionForm(Body):
    """The choice, and why; needed where it costs the student something."""

    choice: Choice
    reason: str = Field("", max_length=2000)


class AppealForm(Body):
    """What the student has to say, once."""

    said: str = Field(max_length=2 * SAID_MAX)


def wire(
    app: web.Application, house: Gatehouse, desk: Desk, objects: Objects, clips: Clips
) -> None:
    """After consents and photos."""
    incidents = Incidents(house, desk)
    evidence = Evidence(desk, house.envelopes, objects, app[CONSENTS], house.trail)
    app[INCIDENTS], app[EVIDENCE] = incidents, evidence
    marks = Twins(desk, clips)
    forgets: list[Withdrawn] = [marks.forget_withdrawn, evidence.forget_withdrawn]
    app[FORGETS] = forgets
    app[CASES] = Cases(desk, incidents, evidence, app[PHOTOS])


def routes() -> list[web.RouteDef]:
    one = f"{QUEUE}/{{incident}}"
    return [
        web.get(QUEUE, show_queue),
        web.get(f"{QUEUE}/statistics", show_figures),
        web.get(one, show_case),
        web.post(one, decide),
        web.get(f"{one}/reference", show_reference),
        web.get(f"{one}/pictures/{{look}}/{{number}}", show_picture),
        web.get(MINE, show_mine),
        web.post(f"{MINE}/{{incident}}/appeal", appeal),
    ]


@for_role(*REVIEWERS)
async def show_queue(request: web.Request, who: Identity) -> web.StreamResponse:
    """What waits for a person, the most urgent first; by kind, if one is asked for."""
    kind = request.query.get("kind", "")[:FIELD_MAX]
    waiting = await request.app[CASES].queue(who.account, kind or None)
    return page(
        request,
        "incidents/queue.html",
        None,
        waiting=waiting,
        kind=kind,
        kinds=KINDS,
        standings=STANDINGS,
    )


@for_role(*REVIEWERS)
async def show_figures(request: web.Request, who: Identity) -> web.StreamResponse:
    """How much each reviewer decided of late, how fast, and how often overturned; and
    how surely the machine tells faces apart."""
    return page(
        request,
        "incidents/statistics.html",
        None,
        figures=await request.app[CASES].figures(),
        recognition=request.app[RECOGNITION],
    )


@for_role(*REVIEWERS)
async def show_case(request: web.Request, who: Identity) -> web.StreamResponse:
    """One incident: pictures side by side, what happened, and the decision."""
    return await case_page(request, who)


async def case_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    it = await request.app[CASES].show(who.account, _incident(request))
    return page(
        request,
        "incidents/case.html",
        refusal,
        it=it,
        kinds=KINDS,
        choices=choices_of(in_a_test=it.row["exam_id"] is not None),
        standings=STANDINGS,
        signs=SIGNS,
    )


@for_role(*REVIEWERS)
@takes(form=DecisionForm)
@form_for(case_page)
async def decide(request: web.Request, who: Identity) -> web.StreamResponse:
    """Decides, and goes on to the next."""
    form, incident = await read_form(request, DecisionForm), _incident(request)
    queue = [it["incident_id"] for it in await request.app[CASES].queue(who.account)]
    told = Told(choice=form.choice, reason=form.reason)
    await request.app[INCIDENTS].decide(who, incident, told)
    rest = [it for it in queue if it != incident]
    return see_other(f"{QUEUE}/{rest[0]}?said=done" if rest else f"{QUEUE}?said=done")


@for_role(*REVIEWERS)
async def show_reference(request: web.Request, who: Identity) -> web.StreamResponse:
    """The profile photo; the trail has who looked."""
    jpeg = await request.app[CASES].reference(who.account, _incident(request))
    return _jpeg(jpeg)


@for_role(*REVIEWERS)
async def show_picture(request: web.Request, who: Identity) -> web.StreamResponse:
    """A picture of a failed look; the trail has who looked."""
    try:
        look = LookId(UUID(request.match_info["look"]))
        number = int(request.match_info["number"])
    except ValueError as error:
        raise NoSuchPicture from error
    jpeg = await request.app[EVIDENCE].picture(
        who.account, _incident(request), look, number
    )
    return _jpeg(jpeg)


@for_role(Role.STUDENT)
async def show_mine(request: web.Request, who: Identity) -> web.StreamResponse:
    """What people decided about the student's sittings, and what may be answered."""
    return await mine_page(request, who)


async def mine_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    return page(
        request,
        "account/incidents.html",
        refusal,
        incidents=await request.app[INCIDENTS].of_student(who.account),
        views=await request.app[EVIDENCE].views_of(who.account),
        live_views=await request.app[VIEWING].of_student(who.account),
        kinds=KINDS_TOLD,
        choices=CHOICES,
        test_choices=CHOICES_IN_A_TEST,
        standings=STANDINGS,
    )


@for_role(Role.STUDENT)
@takes(form=AppealForm)
@form_for(mine_page)
async def appeal(request: web.Request, who: Identity) -> web.StreamResponse:
    """Once: another person reads it."""
    form = await read_form(request, AppealForm)
    incident = _incident(request)
    await request.app[INCIDENTS].appeal(who.account, incident, form.said)
    return see_other(f"{MINE}?said=saved")


def _jpeg(jpeg: bytes) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=jpeg, content_type="image/jpeg", headers=headers)


def _incident(request: web.Request) -> UUID:
    try:
        return UUID(request.match_info["incident"])
    except ValueError as error:
        raise NoSuchIncident from error
