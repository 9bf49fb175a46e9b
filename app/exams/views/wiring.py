"""What sitting a test needs, put together for the application."""

from aiohttp import web

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.bell import Bell
from app.exams.domain.policy import ExamsPolicy
from app.exams.service.answers import Answers
from app.exams.service.exams import Exams
from app.exams.service.live import ExamStates
from app.exams.service.papers import Papers
from app.exams.views import sitting

EXAM_STATES = web.AppKey("exam_states", ExamStates)


def routes() -> list[web.RouteDef]:
    return sitting.routes()


def wire_exams(
    app: web.Application, house: Gatehouse, bell: Bell, policy: ExamsPolicy
) -> Exams:
    exams = app[sitting.EXAMS] = Exams(house, bell, policy)
    app[sitting.ANSWERS] = Answers(house.db, house.clock)
    app[sitting.PAPERS] = Papers(exams)
    app[EXAM_STATES] = ExamStates(house.db, house.clock)
    return exams
