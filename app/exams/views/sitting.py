"""The JSON API of a test that is being sat. How it goes together is told in
docs/architecture.md, "How a test is sat".

Every write names the epoch that opening gave (`POST /api/exams`); after another page or
device has opened the test it is refused with `opened_elsewhere`. Times are ISO 8601 in
UTC, by the server's clock. Till the end nothing we send says what is right.
"""

from datetime import timedelta
from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.adapters.bodies import Body, read_json
from app.adapters.openapi import takes
from app.exams.domain.answers import TURN_MOST
from app.exams.domain.batches import BATCH_MOST, Given, Outcome
from app.exams.domain.events import NUMBER_MOST
from app.exams.domain.exams import NoSuchExam
from app.exams.service.answers import Answers, Event, EventKind, Page
from app.exams.service.exams import Exams
from app.exams.service.papers import NoSuchPicture, Papers, state_of
from app.kernel.ids import ExamId
from app.learning.views.kit import FILES

EXAMS = web.AppKey("exams", Exams)
ANSWERS = web.AppKey("exam_answers", Answers)
PAPERS = web.AppKey("exam_papers", Papers)
EPOCH_MOST = 2**31 - 1
PLACE_MOST = 10_000
DAY_S = 86_400


class AnswerBody(Body):
    """`place` and the options' numbers as the paper shows them, options from 0; `turn`
    counts the answers of a place, rising; `answer` of a single an option, of a multiple
    a list of options, of a numeric a text such as "1,5"; null takes it back."""

    place: int = Field(ge=1, le=PLACE_MOST)
    turn: int = Field(ge=1, le=TURN_MOST)
    answer: object = None


class AnswersBody(Body):
    epoch: int = Field(ge=1, le=EPOCH_MOST)
    answers: list[AnswerBody] = Field(min_length=1, max_length=BATCH_MOST)


class FlagBody(Body):
    epoch: int = Field(ge=1, le=EPOCH_MOST)
    place: int = Field(ge=1, le=PLACE_MOST)
    flagged: bool


class EventBody(Body):
    """`number` counts the test's events (`next_event` of the paper says where to go
    on); `ago_s`: how long before it is sent."""

    number: int = Field(ge=1, le=NUMBER_MOST)
    kind: EventKind
    ago_s: float = Field(0, ge=0, le=DAY_S)


class EventsBody(Body):
    epoch: int = Field(ge=1, le=EPOCH_MOST)
    events: list[EventBody] = Field(min_length=1, max_length=BATCH_MOST)


class HandInBody(Body):
    """`key`: made by the page once, for all tries of one press."""

    epoch: int = Field(ge=1, le=EPOCH_MOST)
    key: str = Field(min_length=8, max_length=100)


def routes() -> list[web.RouteDef]:
    return [
        web.get("/api/exams/{exam}", paper),
        web.get("/api/exams/{exam}/files/{name}", picture),
        web.post("/api/exams/{exam}/answers", save),
        web.post("/api/exams/{exam}/flag", flag),
        web.post("/api/exams/{exam}/events", note),
        web.post("/api/exams/{exam}/hand-in", hand_in),
    ]


@for_role(Role.STUDENT)
async def paper(request: web.Request, who: Identity) -> web.StreamResponse:
    """The test's state and clock, and its questions while it runs: `questions`, each
    with place, kind, text and options (HTML, as shown), answer, turn and flagged."""
    found = await request.app[PAPERS].paper(who.account, exam_in(request))
    return web.json_response(found, headers={"Cache-Control": "no-store"})


@for_role(Role.STUDENT)
async def picture(request: web.Request, who: Identity) -> web.StreamResponse:
    """A picture that a text of the paper names as `files/NAME`, while it is sat."""
    name = request.match_info["name"]
    file = await request.app[PAPERS].file(who.account, exam_in(request), name)
    path = request.app[FILES].path_of(file.sha256)
    if not path.is_file():
        raise NoSuchPicture
    headers = {"Content-Type": file.media_type, "Cache-Control": "no-store"}
    return web.FileResponse(path, headers=headers)


@for_role(Role.STUDENT)
@takes(body=AnswersBody)
async def save(request: web.Request, who: Identity) -> web.StreamResponse:
    """Saves up to 50 answers. `saved` are acknowledged, and count from now on; sent
    again they are saved again. `refused` (code, detail, `newest` turn) are not, each by
    itself: stale_answer, unknown_place, unknown_option, bad_answer,
    not_a_number, ambiguous_number.
    The whole batch is refused with exam_over, exam_not_begun, exam_paused or
    opened_elsewhere, whose `saved` [[place, turn]] were acknowledged before."""
    body = await read_json(request, AnswersBody)
    given = [
        Given(position=it.place, turn=it.turn, answer=it.answer) for it in body.answers
    ]
    outcome = await request.app[ANSWERS].save(_page(request, who, body.epoch), given)
    return web.json_response(_told(outcome))


@for_role(Role.STUDENT)
@takes(body=FlagBody)
async def flag(request: web.Request, who: Identity) -> web.StreamResponse:
    """Marks a place to be looked at again, or takes the mark off."""
    body = await read_json(request, FlagBody)
    page = _page(request, who, body.epoch)
    await request.app[ANSWERS].flag(page, body.place, flagged=body.flagged)
    return web.Response(status=204)


@for_role(Role.STUDENT)
@takes(body=EventsBody)
async def note(request: web.Request, who: Identity) -> web.StreamResponse:
    """What the browser tells of itself, each number once: noted, never judged."""
    body = await read_json(request, EventsBody)
    events = [
        Event(number=it.number, kind=it.kind, ago=timedelta(seconds=it.ago_s))
        for it in body.events
    ]
    await request.app[ANSWERS].note(_page(request, who, body.epoch), events)
    return web.Response(status=204)


@for_role(Role.STUDENT)
@takes(body=HandInBody)
async def hand_in(request: web.Request, who: Identity) -> web.StreamResponse:
    """Ends the test, once; asked again, it answers how it ended. Send what is not saved
    yet before: it is the saved answers that count."""
    body = await read_json(request, HandInBody)
    exam = await request.app[EXAMS].hand_in(
        who.account, exam_in(request), body.epoch, body.key
    )
    return web.json_response(state_of(exam, request.app[EXAMS].house.clock.now()))


def exam_in(request: web.Request) -> ExamId:
    """Raises NoSuchExam."""
    try:
        return ExamId(UUID(request.match_info["exam"]))
    except ValueError as error:
        raise NoSuchExam from error


def _page(request: web.Request, who: Identity, epoch: int) -> Page:
    return Page(account=who.account, exam=exam_in(request), epoch=epoch)


def _told(outcome: Outcome) -> dict[str, object]:
    until = outcome.deadline_at
    return {
        "now": outcome.now.isoformat(),
        "deadline_at": until.isoformat() if until else None,
        "saved": [
            {"place": it.position, "turn": it.turn, "answer": it.answer}
            for it in outcome.saved
        ],
        "refused": [
            {
                "place": it.position,
                "turn": it.turn,
                "newest": it.newest,
                "code": it.refusal.code(),
                "detail": it.refusal.message,
            }
            for it in outcome.refused
        ],
    }
