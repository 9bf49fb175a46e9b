"""Banks, blueprints and statistics put together for the application."""

from aiohttp import web

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.files import Files
from app.exams.service.bank import Bank
from app.exams.service.blueprints import Blueprints
from app.exams.service.statistics import Statistics
from app.exams.views import (
    bank,
    bank_import,
    bank_question,
    bank_statistics,
    blueprints,
)
from app.exams.views.bank_kit import BANK, BLUEPRINTS, STATISTICS

ROOMY = bank_import.ROOMY


def routes() -> list[web.RouteDef]:
    """The import stands before what has a module in its path."""
    return [
        *bank_import.routes(),
        *blueprints.routes(),
        *bank_statistics.routes(),
        *bank_question.routes(),
        *bank.routes(),
    ]


def wire_bank(app: web.Application, house: Gatehouse, files: Files) -> None:
    app[BANK] = Bank(house, files)
    app[BLUEPRINTS], app[STATISTICS] = Blueprints(house), Statistics(house)
