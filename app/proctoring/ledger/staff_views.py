"""Hours for the staff: a student's statement, asking for corrections, deciding."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.staff_kit import HELPERS, account_in
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import Handler, see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal
from app.proctoring.ledger.corrections import Asked, Corrections, NoSuchCorrection
from app.proctoring.ledger.domain import seconds_in_words
from app.proctoring.ledger.views import statement_context
from app.proctoring.ledger.words import ROLES

CORRECTIONS = web.AppKey("corrections", Corrections)
QUEUE_PATH = "/staff/corrections"
HOURS_OF = "/staff/people/{account}/hours"
ASKERS = (*HELPERS, Role.PROCTOR)
Decision = Callable[[Corrections, Identity, UUID], Awaitable[None]]


class CorrectionForm(Body):
    """`minutes` to add, or less than 0 to take away; `stretch`: what it is about."""

    module: str = Field(max_length=FIELD_MAX)
    minutes: int = Field(ge=-6000, le=6000)
    reason: str = Field(max_length=2000)
    stretch: str = Field("", pattern=r"^\s*[0-9]{0,15}\s*$")


def routes() -> list[web.RouteDef]:
    one = f"{QUEUE_PATH}/{{correction}}"
    return [
        web.get(HOURS_OF, show_hours),
        web.get(f"{HOURS_OF}/corrections", show_form),
        web.post(f"{HOURS_OF}/corrections", ask),
        web.get(QUEUE_PATH, show_queue),
        web.post(f"{one}/approve", _decision(Corrections.approve)),
        web.post(f"{one}/refuse", _decision(Corrections.refuse)),
        web.post(f"{one}/withdraw", _decision(Corrections.withdraw)),
    ]


@for_role(*HELPERS)
async def show_hours(request: web.Request, who: Identity) -> web.StreamResponse:
    """The same statement as the student's own."""
    account = account_in(request)
    await request.app[CORRECTIONS].whose(account)
    context = await statement_context(request, account)
    return page(request, "staff/hours.html", None, **context)


@for_role(*ASKERS)
async def show_form(request: web.Request, who: Identity) -> web.StreamResponse:
    """Where a correction of a student's hours is asked for."""
    return await form_page(request, who)


async def form_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    corrections = request.app[CORRECTIONS]
    person = await corrections.whose(account_in(request))
    modules = await corrections.modules()
    return page(request, "staff/correct.html", refusal, person=person, modules=modules)


@for_role(*ASKERS, proved=True)
@takes(form=CorrectionForm)
@form_for(form_page)
async def ask(request: web.Request, who: Identity) -> web.StreamResponse:
    """Changes nothing yet: another person decides."""
    form, account = await read_form(request, CorrectionForm), account_in(request)
    asked = Asked(
        module=form.module,
        minutes=form.minutes,
        reason=form.reason,
        stretch=int(form.stretch) if form.stretch.strip() else None,
    )
    await request.app[CORRECTIONS].ask(who, account, asked)
    back = "/corrections" if who.role is Role.PROCTOR else ""
    return see_other(f"{HOURS_OF.format(account=account)}{back}?said=done")


@for_role(*HELPERS)
async def show_queue(request: web.Request, who: Identity) -> web.StreamResponse:
    """Corrections that wait for a second person, the oldest first."""
    return await queue_page(request, who)


async def queue_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    return page(
        request,
        "staff/corrections.html",
        refusal,
        waiting=await request.app[CORRECTIONS].waiting(),
        in_words=seconds_in_words,
        roles=ROLES,
    )


def _decision(decide: Decision) -> Handler:
    @for_role(*HELPERS, proved=True)
    @form_for(queue_page)
    async def handle(request: web.Request, who: Identity) -> web.StreamResponse:
        await decide(request.app[CORRECTIONS], who, _correction_in(request))
        return see_other(f"{QUEUE_PATH}?said=done")

    handle.__doc__ = decide.__doc__
    return handle


def _correction_in(request: web.Request) -> UUID:
    """Of the path. Raises NoSuchCorrection."""
    try:
        return UUID(request.match_info["correction"])
    except ValueError as error:
        raise NoSuchCorrection from error
