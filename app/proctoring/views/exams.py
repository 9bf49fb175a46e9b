"""Opening a test, and its page: where a seat, a camera and a paper come together."""

from uuid import UUID

from aiohttp import web
from pydantic import Field, model_validator

from app.accounts.domain.people import Identity, Role
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.views.consents import CONSENTS, WARNS
from app.accounts.views.guard import for_role
from app.accounts.views.kit import browser_of, page
from app.adapters.bell import Bell
from app.adapters.bodies import Body, read_json
from app.adapters.http import see_other
from app.adapters.media_nodes import MediaNode, NoMediaNode
from app.adapters.openapi import takes
from app.adapters.throttle import Rate
from app.booking.domain.refusals import NoSuchSeat
from app.booking.domain.words import Seat, SeatState
from app.booking.views.kit import finding_of
from app.exams.domain.exams import Exam, ExamState, Opener
from app.exams.domain.policy import AdmitCards, ExamsPolicy
from app.exams.service.papers import state_of
from app.exams.views.bank_kit import BLUEPRINTS
from app.exams.views.sitting import EXAMS, PAPERS, exam_in
from app.exams.views.wiring import EXAM_STATES, wire_exams
from app.exams.views.wiring import routes as exam_routes
from app.kernel.ids import AccountId, ModuleCode, SeatId
from app.kernel.tickets import Glancing
from app.learning.views.dashboard import add_extras
from app.learning.views.kit import LEARNING
from app.proctoring.domain.policy import Policy
from app.proctoring.service.chance import Seeds
from app.proctoring.service.desk import Desk
from app.proctoring.service.exam_clock import ExamClock
from app.proctoring.service.exam_sittings import Arrival, ExamSittings, OpenedExam
from app.proctoring.service.sittings import OpenedOn
from app.proctoring.views import coming, exam_door, gates
from app.proctoring.views.checks import CHECKS, THROTTLE
from app.proctoring.views.draws import PROOFS
from app.proctoring.views.opening import NODES, Stream, device_key, way_in

__all__ = ["EXAMS", "EXAM_STATES"]
EXAM_SITTINGS = web.AppKey("exam_sittings", ExamSittings)


BEGUN = (ExamState.RUNNING, ExamState.PAUSED)
HANDS_IN = (
    "A test of yours is open. If you withdraw the camera or face recognition now, the "
    "test is handed in as it is saved, and you cannot go on with it."
)
CARD_MOST = 100
TYPED = Rate(name="admit-card", burst=6, every_s=20)
"""Of one account: numbers of admit cards."""


class OpenExam(Body):
    """The booked seat; or, where the test may be sat remotely, the module. `card`: the
    number of the seat's admit card, where the institution lets it be typed. `page` and
    `device`: random ids, of the page and of where it keeps what waits to be sent."""

    seat: UUID | None = None
    module: str | None = None
    card: str | None = Field(None, max_length=CARD_MOST)
    page: UUID | None = None
    device: UUID | None = None

    @property
    def opener(self) -> Opener | None:
        if self.page is None or self.device is None:
            return None
        return Opener(page=self.page, device=self.device)

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
    app[EXAM_SITTINGS] = ExamSittings(
        desk,
        app[EXAMS],
        [gates.recognisable(app)],
        app[CHECKS],
        to_begin=[gates.open_for_tests(app)],
    )
    exam_door.wire(app, app[PAPERS], app[EXAMS].policy)
    app[coming.DESK] = desk
    app[WARNS] = lambda account: _warning(app, account)
    add_extras(app, coming.on_dashboard)


async def _warning(app: web.Application, account: AccountId) -> str:
    found = (await app[EXAM_STATES].states([str(account)]))[str(account)]
    return HANDS_IN if found.get("state") in (ExamState.READY, *BEGUN) else ""


@for_role(Role.STUDENT)
@takes(body=OpenExam)
async def open_exam(request: web.Request, who: Identity) -> web.StreamResponse:
    """Opens the test, or takes it up here: `exam` (its state, the epoch that every
    write names, which page opened it last, and the first epoch since which no other
    device did) and `stream` (where the camera's video goes, and the ticket for it).
    The clock begins when the first look is passed; watch the topic `exam:me`. A test
    that has begun is taken up without a media node, too: then `stream` is null; ask
    again for one while answers are saved."""
    body = await read_json(request, OpenExam)
    node, away = await _node(request)
    opened = await _open(request, who, body, away)
    way = await _way_in(request, who, opened, node) if node else None
    now = request.app[EXAMS].house.clock.now()
    return web.json_response({"exam": state_of(opened.exam, now), "stream": way})


async def _node(request: web.Request) -> tuple[MediaNode | None, NoMediaNode | None]:
    try:
        return await request.app[NODES].least_loaded(), None
    except NoMediaNode as away:
        return None, away


async def _open(
    request: web.Request, who: Identity, body: OpenExam, away: NoMediaNode | None
) -> OpenedExam:
    sittings = request.app[EXAM_SITTINGS]
    if body.card is not None:
        await request.app[THROTTLE].take(TYPED, str(who.account))
    opened_on = OpenedOn(browser=browser_of(request).name, device=device_key(request))
    arrival = Arrival(
        opened_on=opened_on, opener=body.opener, card=body.card, hindered=away
    )
    if body.seat is not None:
        return await sittings.open_for_seat(who.account, SeatId(body.seat), arrival)
    module = ModuleCode(body.module or "")
    return await sittings.open_remotely(who.account, module, arrival)


async def _way_in(
    request: web.Request, who: Identity, opened: OpenedExam, node: MediaNode
) -> dict[str, object]:
    by_person = await request.app[CONSENTS].is_by_person(who.account)
    glancing = Glancing.COUNT if by_person else Glancing.FOLLOW
    stream = Stream(sitting=opened.sitting, epoch=opened.epoch, glancing=glancing)
    way = way_in(request, stream, node)
    way["commitment"] = await request.app[PROOFS].commitment(opened.sitting)
    return way


@for_role(Role.STUDENT)
async def show_unopened(request: web.Request, who: Identity) -> web.StreamResponse:
    """`seat` or `module`: the page that opens this test, on a press of the student."""
    wanted, module = (request.query.get(name, "") for name in ("seat", "module"))
    seat = None
    if wanted:
        seat = (await finding_of(request).seat(who.account, _seat(wanted))).seat
        module = seat.module
    if (exam := await _opened(request, who, module)) is not None:
        return see_other(f"/exam/{exam}")
    return await _page(request, ModuleCode(module), seat)


async def _opened(request: web.Request, who: Identity, module: str) -> object | None:
    """The test of this module that is open, on whatever device."""
    account = str(who.account)
    found = (await request.app[EXAM_STATES].states([account]))[account]
    is_open = found.get("state") not in (None, ExamState.ENDED)
    return found["exam"] if is_open and found["module"] == module else None


@for_role(Role.STUDENT)
async def show(request: web.Request, who: Identity) -> web.StreamResponse:
    """The page of a test that was opened; it goes on there, or says how it ended."""
    it, seat = await request.app[PAPERS].of(who.account, exam_in(request)), None
    if it.seat is not None:
        seat = (await finding_of(request).seat(who.account, it.seat)).seat
    return await _page(request, it.module, seat, it)


async def _page(
    request: web.Request,
    module: ModuleCode,
    seat: Seat | None,
    exam: Exam | None = None,
) -> web.StreamResponse:
    """Raises NoSuchModule."""
    found = await request.app[LEARNING].module(module)
    how = request.app[EXAMS].policy.admit_card
    return page(
        request,
        "exams/exam.html",
        title=found.title,
        terms=await request.app[BLUEPRINTS].current(module) if exam is None else None,
        seat=seat.seat if seat else "",
        module="" if seat else module,
        exam=exam.exam if exam else "",
        ended=(exam.ended_why or "") if exam else "",
        begun=exam is not None and exam.state in BEGUN,
        asks_card=seat is not None and how is not AdmitCards.NONE,
        needs_card=_needs_card(how, seat, exam),
        may_type=how is AdmitCards.CODE,
    )


def _needs_card(how: AdmitCards, seat: Seat | None, exam: Exam | None) -> bool:
    if seat is None or how is AdmitCards.NONE:
        return False
    has_begun = exam is not None and exam.state is not ExamState.READY
    return seat.state is SeatState.BOOKED and not has_begun


def _seat(name: str) -> SeatId:
    try:
        return SeatId(UUID(name))
    except ValueError as error:
        raise NoSuchSeat from error
