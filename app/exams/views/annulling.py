"""Annulling a test, for admins: what would follow, a reason, and taking it back."""

from zoneinfo import ZoneInfo

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.exams.service.annulling import Annulling
from app.exams.views.results import RESULTS, exam_in, line
from app.exams.views.staff_results import STAFF_PATH, ReasonForm
from app.kernel.refusals import Refusal

ANNULLING = web.AppKey("annulling", Annulling)


def routes() -> list[web.RouteDef]:
    one = f"{STAFF_PATH}/{{exam}}"
    return [
        web.get(f"{one}/annul", show_annul),
        web.post(f"{one}/annul", annul),
        web.post(f"{one}/reinstate", reinstate),
    ]


@for_role(Role.ADMIN)
async def show_annul(request: web.Request, who: Identity) -> web.StreamResponse:
    """What annulling would do, or what it did and how it is taken back."""
    return await annul_page(request, who)


async def annul_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    exam = exam_in(request)
    case = await request.app[RESULTS].case(exam)
    it = case.result
    return page(
        request,
        "exams/annul.html",
        refusal,
        it=it,
        sat=it.sat,
        line=line(it, ZoneInfo(who.time_zone)),
        rulings=case.rulings,
    )


@for_role(Role.ADMIN, proved=True)
@takes(form=ReasonForm)
@form_for(annul_page)
async def annul(request: web.Request, who: Identity) -> web.StreamResponse:
    """Neither passed nor failed any more; the student reads why."""
    form, exam = await read_form(request, ReasonForm), exam_in(request)
    await request.app[ANNULLING].annul(who, exam, form.reason)
    return see_other(f"{STAFF_PATH}/{exam}?said=done")


@for_role(Role.ADMIN, proved=True)
@takes(form=ReasonForm)
@form_for(annul_page)
async def reinstate(request: web.Request, who: Identity) -> web.StreamResponse:
    """Counts again; a certificate that was revoked with it holds again."""
    form, exam = await read_form(request, ReasonForm), exam_in(request)
    await request.app[ANNULLING].reinstate(who, exam, form.reason)
    return see_other(f"{STAFF_PATH}/{exam}?said=done")
