"""What the pages of banks share."""

from uuid import UUID

from aiohttp import web
from markupsafe import Markup

from app.exams.domain.questions import Question, QuestionKind
from app.exams.domain.rendering import render
from app.exams.service.bank import Bank, NoSuchQuestion
from app.exams.service.blueprints import Blueprints
from app.exams.service.statistics import Statistics
from app.kernel.ids import ModuleCode

BANK = web.AppKey("bank", Bank)
BLUEPRINTS = web.AppKey("blueprints", Blueprints)
STATISTICS = web.AppKey("item_statistics", Statistics)
BANK_PATH = "/staff/bank"
IMPORT_PATH = f"{BANK_PATH}/import"


def bank_path(module: str) -> str:
    return f"{BANK_PATH}/{module}"


def question_path(module: str, question: UUID) -> str:
    return f"{bank_path(module)}/questions/{question}"


def module_in(request: web.Request) -> ModuleCode:
    return ModuleCode(request.match_info["module"])


def question_in(request: web.Request) -> UUID:
    """Of the path. Raises NoSuchQuestion."""
    try:
        return UUID(request.match_info["question"])
    except ValueError as error:
        raise NoSuchQuestion from error


def shown(it: Question, module: str) -> dict[str, object]:
    """As the student's page shows it, and what is right besides."""
    files = f"{bank_path(module)}/files/"

    def html(text: str) -> Markup:
        return Markup(render(text, files))

    return {
        "name": it.name,
        "kind": str(it.kind),
        "html": html(it.text),
        "numeric": it.kind is QuestionKind.NUMERIC,
        "options": [
            {
                "html": html(one.text),
                "is_right": one.is_right,
                "feedback": html(one.feedback) if one.feedback else "",
            }
            for one in it.options
        ],
        "spans": [
            f"{one.low:f}" if one.low == one.high else f"{one.low:f} to {one.high:f}"
            for one in it.spans
        ],
        "feedback": html(it.feedback) if it.feedback else "",
    }
