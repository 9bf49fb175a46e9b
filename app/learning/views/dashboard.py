"""The student's first page: sets, electives, what to do next."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import WHO, for_role, page_context
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import SITE, see_other, status_of
from app.adapters.openapi import takes
from app.kernel.money import Money
from app.kernel.refusals import Refusal
from app.learning.domain.catalogue import StudySet
from app.learning.domain.electives import own_modules
from app.learning.service.students import Standing
from app.learning.views.kit import STUDENTS, topic_href

Extras: TypeAlias = Callable[[web.Request, Identity], Awaitable[Mapping[str, object]]]
EXTRAS: web.AppKey[Extras] = web.AppKey("dashboard_extras")
"""What slices above this one add to the dashboard: history, calendar, bookings."""


def add_extras(app: web.Application, extras: Extras) -> None:
    """Besides what was added before."""
    before = app.get(EXTRAS)

    async def both(request: web.Request, who: Identity) -> Mapping[str, object]:
        more = await before(request, who) if before else {}
        return {**more, **await extras(request, who)}

    app[EXTRAS] = both


class Pick(Body):
    module: str = Field(max_length=12)


def routes() -> list[web.RouteDef]:
    return [web.get("/", show_start), web.post("/electives/{set}", pick)]


async def show_start(request: web.Request) -> web.StreamResponse:
    """Everybody's own first page."""
    identity = request.get(WHO)
    if identity is not None and identity.role is not Role.STUDENT:
        is_proctor = identity.role is Role.PROCTOR
        return see_other("/wall" if is_proctor else "/staff")
    return await show_dashboard(request)


@for_role(Role.STUDENT)
async def show_dashboard(request: web.Request, who: Identity) -> web.StreamResponse:
    return await dashboard(request, who)


async def dashboard(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    standing = await request.app[STUDENTS].standing(who.account)
    wanted = request.query.get("pick", request.match_info.get("set", ""))
    context = {
        "sets": [_shown(it, standing) for it in standing.sets],
        "own": own_modules(standing.sets, standing.picked),
        "pick": wanted,
        "error": refusal.message if refusal else None,
        **await _extras(request, who),
        **page_context(request),
    }
    status = status_of(refusal) if refusal else 200
    return request.app[SITE].page("learning/dashboard.html", context, status=status)


async def _extras(request: web.Request, who: Identity) -> Mapping[str, object]:
    more = request.app.get(EXTRAS)
    return await more(request, who) if more else {}


@for_role(Role.STUDENT)
@takes(form=Pick)
@form_for(dashboard)
async def pick(request: web.Request, who: Identity) -> web.StreamResponse:
    """Picks the module of a set to study, as long as the old one has no hour."""
    form = await read_form(request, Pick)
    set_code = request.match_info["set"]
    module = await request.app[STUDENTS].pick(who.account, set_code, form.module)
    return see_other(f"/#set-{module.set_code}")


def _shown(study_set: StudySet, standing: Standing) -> dict[str, object]:
    picked = standing.picked.get(study_set.code)
    return {
        "code": study_set.code,
        "title": study_set.title,
        "mandatory": study_set.mandatory,
        "picked": picked,
        "modules": [
            {
                "code": it.code,
                "title": it.title,
                "summary": it.summary,
                "hours": it.hours,
                "pass_mark": it.pass_mark,
                "fee": str(Money(minor=it.fee.minor, currency=it.fee.currency)),
                "mine": study_set.mandatory or picked == it.code,
                "href": _href(it.code, standing),
                "done": standing.topics_done.get(it.code, (0, 0)),
            }
            for it in study_set.modules
        ],
    }


def _href(module: str, standing: Standing) -> str:
    last = standing.last_topics.get(module)
    return topic_href(module, last) if last else f"/study/{module}"
