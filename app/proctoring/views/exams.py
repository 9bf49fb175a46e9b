"""Opening a test, and its page: where a seat, a camera and a paper come together."""

from uuid import UUID

from aiohttp import web
from pydantic import model_validator

from app.accounts.domain.people import Identity, Role
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.views.consents import CONSENTS
from app.accounts.views.guard import for_role
from app.accounts.views.kit import browser_of, page
from app.adapters.bell import Bell
from app.adapters.bodies import Body, read_json
from app.adapters.openapi import takes
from app.booking.domain.refusals import NoSuchSeat
from app.booking.views.kit import finding_of
from app.exams.domain.exams import Exam
from app.exams.domain.policy import ExamsPolicy
from app.exams.service.papers import state_of
from app.exams.views.sitting import EXAMS, PAPERS, exam_in
from app.exams.views.wiring import EXAM_STATES, wire_exams
from app.exams.views.wiring import routes as exam_routes
from app.kernel.ids import ModuleCode, SeatId
from app.kernel.tickets import Glancing
from app.learning.views.kit import LEARNING
from app.proctoring.domain.policy import Policy
from app.proctoring.service.chance import Seeds
from app.proctoring.service.desk import Desk
from app.proctoring.service.exam_clock import ExamClock
from app.proctoring.service.exam_sittings import ExamSittings, OpenedExam
from app.proctoring.service.sittings import OpenedOn
from app.proctoring.views import exam_door, gates
from app.proctoring.views.checks import CHECKS
from app.proctoring.views.draws import PROOFS
from app.proctoring.views.opening import NODES, Stream, device_key, way_in

__all__ = ["EXAMS", "EXAM_STATES"]
EXAM_SITTINGS = web.AppKey("exam_sittings", ExamSittings)


class OpenExam(Body):
    """The booked seat; or, where the test may be sat remotely, the module."""

    seat: UUID | None = None
    module: str | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "OpenExam":
        if (self.seat is None) is (self.module is None):
            raise ValueError("name a seat, or a module")
        return self


def routes() -> list[web.RouteDef]:
    """With those of the test itself, which knows no seat."""
    return [
        *exam_routes(),
        web.post("/api/exams", open_exam),
        web.get("/exam", show_unopened),
        web.get("/exam/{exam}", show),
    ]


def wire_desk(
    app: web.Application, house: Gatehouse, bell: Bell, policy: Policy, own: ExamsPolicy
) -> Desk:
    """With a clock of tests, whose own numbers are `own`."""
    return Desk(
        db=house.db,
        clock=house.clock,
        bell=bell,
        policy=policy,
        seeds=Seeds(house.sealer),
        exams=ExamClock(wire_exams(app, house, bell, own)),
    )


def wire(app: web.Application, desk: Desk) -> None:
    """After the device checks."""
    needed = [gates.open_for_tests(app), gates.recognisable(app)]
    app[EXAM_SITTINGS] = ExamSittings(desk, app[EXAMS], needed, app[CHECKS])
    exam_door.wire(app, app[PAPERS], app[EXAMS].policy)


@for_role(Role.STUDENT)
@takes(body=OpenExam)
async def open_exam(request: web.Request, who: Identity) -> web.StreamResponse:
    """Opens the test, or takes it up here: `exam` (its state and the epoch that every
    write names) and `stream` (where the camera's video goes, and the ticket for it).
    The clock begins when the first look is passed; watch the topic `exam:me`."""
    body = await read_json(request, OpenExam)
    node = await request.app[NODES].least_loaded()
    opened_on = OpenedOn(browser=browser_of(request).name, device=device_key(request))
    opened = await _open(request, who, body, opened_on)
    by_person = await request.app[CONSENTS].is_by_person(who.account)
    glancing = Glancing.COUNT if by_person else Glancing.FOLLOW
    stream = Stream(sitting=opened.sitting, epoch=opened.epoch, glancing=glancing)
    way = way_in(request, stream, node)
    way["commitment"] = await request.app[PROOFS].commitment(opened.sitting)
    now = request.app[EXAMS].house.clock.now()
    return web.json_response({"exam": state_of(opened.exam, now), "stream": way})


async def _open(
    request: web.Request, who: Identity, body: OpenExam, opened_on: OpenedOn
) -> OpenedExam:
    sittings = request.app[EXAM_SITTINGS]
    if body.seat is not None:
        return await sittings.open_for_seat(who.account, SeatId(body.seat), opened_on)
    module = ModuleCode(body.module or "")
    return await sittings.open_remotely(who.account, module, opened_on)


@for_role(Role.STUDENT)
async def show_unopened(request: web.Request, who: Identity) -> web.StreamResponse:
    """`seat` or `module`: the page that opens this test, on a press of the student."""
    seat, module = (request.query.get(name, "") for name in ("seat", "module"))
    if seat:
        module = (await finding_of(request).seat(who.account, _seat(seat))).seat.module
    return await _page(request, ModuleCode(module), seat)


@for_role(Role.STUDENT)
async def show(request: web.Request, who: Identity) -> web.StreamResponse:
    """The page of a test that was opened; it goes on there, or says how it ended."""
    it = await request.app[PAPERS].of(who.account, exam_in(request))
    return await _page(request, it.module, str(it.seat or ""), it)


async def _page(
    request: web.Request, module: ModuleCode, seat: str, exam: Exam | None = None
) -> web.StreamResponse:
    """Raises NoSuchModule."""
    found = await request.app[LEARNING].module(module)
    return page(
        request,
        "exams/exam.html",
        title=found.title,
        seat=seat,
        module="" if seat else module,
        exam=exam.exam if exam else "",
        ended=(exam.ended_why or "") if exam else "",
    )


def _seat(name: str) -> SeatId:
    try:
        return SeatId(UUID(name))
    except ValueError as error:
        raise NoSuchSeat from error
