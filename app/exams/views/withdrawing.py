"""Withdrawing a question that is faulty: a form, a page to confirm, the regrading."""

from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.exams.domain.results import reason_of
from app.exams.service.grading import Grading, NoSuchQuestion
from app.kernel.ids import ModuleCode, QuestionId
from app.kernel.refusals import Refusal

GRADING = web.AppKey("grading", Grading)
AT_ONCE = 500
"""More exams than that are graded anew by housekeeping, not while somebody waits."""
WITHDRAW_PATH = "/staff/bank/{module}/{question}/withdraw"


class WithdrawForm(Body):
    version: int = Field(ge=1, le=1_000_000)
    reason: str = Field(max_length=FIELD_MAX)
    confirmed: bool = False


def routes() -> list[web.RouteDef]:
    return [
        web.get(WITHDRAW_PATH, show_form),
        web.post(WITHDRAW_PATH, withdraw),
    ]


@for_role(Role.ADMIN)
async def show_form(request: web.Request, who: Identity) -> web.StreamResponse:
    """The versions of a question, and what withdrawing one would change."""
    return await form_page(request, who)


async def form_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    grading = request.app[GRADING]
    module, question = _named(request)
    versions = await grading.versions(module, question)
    counts = {
        it.version: await grading.count_had(question, it.version) for it in versions
    }
    return page(
        request,
        "exams/withdraw.html",
        refusal,
        versions=versions,
        counts=counts,
        may_fail=grading.may_fail,
        ask=None,
    )


@for_role(Role.ADMIN, proved=True)
@takes(form=WithdrawForm)
@form_for(form_page)
async def withdraw(request: web.Request, who: Identity) -> web.StreamResponse:
    """First shows what it changes; confirmed, it counts for nobody any more."""
    form, grading = await read_form(request, WithdrawForm), request.app[GRADING]
    module, question = _named(request)
    versions = await grading.versions(module, question)
    if form.version not in {it.version for it in versions}:
        raise NoSuchQuestion
    reason = reason_of(form.reason)
    if not form.confirmed:
        count = await grading.count_had(question, form.version)
        return page(
            request,
            "exams/withdraw.html",
            None,
            versions=versions,
            counts={form.version: count},
            may_fail=grading.may_fail,
            ask={"version": form.version, "reason": reason, "count": count},
        )
    await grading.withdraw(who, question, form.version, reason)
    await grading.regrade_version(question, form.version, AT_ONCE)
    return see_other(f"{request.path}?said=done")


def _named(request: web.Request) -> tuple[ModuleCode, QuestionId]:
    """Of the path. Raises NoSuchQuestion."""
    try:
        question = QuestionId(UUID(request.match_info["question"]))
    except ValueError as error:
        raise NoSuchQuestion from error
    return ModuleCode(request.match_info["module"]), question
