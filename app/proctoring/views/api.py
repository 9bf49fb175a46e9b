"""Commands of students and proctors."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.consents import CONSENTS
from app.accounts.views.guard import for_role
from app.accounts.views.kit import browser_of
from app.adapters.bodies import Body, read_json
from app.adapters.http import Handler
from app.adapters.openapi import takes
from app.kernel.ids import AccountId, ModuleCode, SittingId
from app.kernel.tickets import Glancing
from app.learning.views.kit import LEARNING, STUDENTS
from app.proctoring.service.desk import NoSuchSitting
from app.proctoring.service.sittings import OpenedOn, Sittings
from app.proctoring.views.draws import PROOFS
from app.proctoring.views.opening import NODES, Stream, device_key, way_in

SITTINGS = web.AppKey("sittings", Sittings)


class OpenSitting(Body):
    """Which module to study; `instead` of the one that is open."""

    module: str
    instead: bool = False


def routes() -> list[web.RouteDef]:
    students = {
        "pause": Sittings.pause,
        "resume": Sittings.resume,
        "finish": Sittings.finish,
        "retry": Sittings.retry,
    }
    return [
        web.post("/api/sittings", open_sitting),
        *(
            web.post(f"/api/sittings/{{id}}/{word}", _for_student(act))
            for word, act in students.items()
        ),
    ]


@for_role(Role.STUDENT)
@takes(body=OpenSitting)
async def open_sitting(request: web.Request, who: Identity) -> web.StreamResponse:
    """Opens or takes up a sitting: where to stream to, and the ticket for it."""
    body = await read_json(request, OpenSitting)
    module = await request.app[LEARNING].module(ModuleCode(body.module))
    await request.app[STUDENTS].require_own(who.account, module)
    node = await request.app[NODES].least_loaded()
    opened = await request.app[SITTINGS].open(
        who.account,
        module.code,
        instead=body.instead,
        opened_on=OpenedOn(
            browser=browser_of(request).name, device=device_key(request)
        ),
    )
    # Who is checked by a person is not compared with anything by a machine.
    by_person = await request.app[CONSENTS].is_by_person(who.account)
    glancing = Glancing.COUNT if by_person else Glancing.FOLLOW
    stream = Stream(sitting=opened.sitting, epoch=opened.epoch, glancing=glancing)
    way = way_in(request, stream, node)
    way["commitment"] = await request.app[PROOFS].commitment(opened.sitting)
    return web.json_response({"module": module.code, **way})


def _for_student(
    act: Callable[[Sittings, AccountId, SittingId], Awaitable[None]],
) -> Handler:
    @for_role(Role.STUDENT)
    async def handle(request: web.Request, who: Identity) -> web.StreamResponse:
        await act(request.app[SITTINGS], who.account, sitting_in(request))
        return web.Response(status=204)

    return handle


def sitting_in(request: web.Request) -> SittingId:
    try:
        return SittingId(UUID(request.match_info["id"]))
    except ValueError as error:
        raise NoSuchSitting from error
