"""One question: as the student sees it, its versions, and changing it by a form."""

from collections.abc import Mapping

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.adapters.bodies import read_fields
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.exams.domain.bodies import trouble
from app.exams.domain.parsed import Problem, Wrong
from app.exams.domain.questions import OPTIONS_MOST, TEXT_MOST, Question, QuestionKind
from app.exams.domain.reports import BankRefused, changes
from app.exams.domain.sheet import OPTIONS, SAID, question_of
from app.exams.views.bank_kit import (
    BANK,
    BANK_PATH,
    STATISTICS,
    module_in,
    question_in,
    question_path,
    shown,
)
from app.kernel.refusals import Refusal
from app.learning.views.kit import module_of

SPARE = 2
LEAST = 4


class QuestionForm(BaseModel):
    """Besides: option1 to option20, feedback1 to feedback20, and `right` for each
    number that is. `low` and `high`: numbers with blanks between them."""

    model_config = ConfigDict(extra="allow")
    name: str = Field("", max_length=200)
    kind: QuestionKind
    text: str = Field(max_length=TEXT_MOST)
    right: list[str] = Field([], max_length=OPTIONS_MOST)
    low: str = ""
    high: str = ""
    tags: str = ""
    feedback: str = ""


def routes() -> list[web.RouteDef]:
    one = f"{BANK_PATH}/{{module}}"
    return [
        web.get(f"{one}/new", show_new),
        web.post(f"{one}/new", make),
        web.get(f"{one}/questions/{{question}}", show_question),
        web.post(f"{one}/questions/{{question}}", change),
    ]


@for_role(Role.ADMIN)
async def show_new(request: web.Request, _: Identity) -> web.StreamResponse:
    """An empty form."""
    return await _new_page(request, {}, None)


@for_role(Role.ADMIN, proved=True)
@takes(form=QuestionForm)
async def make(request: web.Request, who: Identity) -> web.StreamResponse:
    """A question made by hand."""
    module, row = module_in(request), await _typed(request)
    try:
        question = _question(row)
        bank = request.app[BANK]
        made = await bank.save(who.account, module, question, new=True)
    except Refusal as refusal:
        return await _new_page(request, row, _in_words(refusal))
    return see_other(f"{question_path(module, made)}?said=saved")


@for_role(Role.ADMIN)
async def show_question(request: web.Request, _: Identity) -> web.StreamResponse:
    """The preview, the answer, the versions and a form."""
    return await _question_page(request, None, None)


@for_role(Role.ADMIN, proved=True)
@takes(form=QuestionForm)
async def change(request: web.Request, who: Identity) -> web.StreamResponse:
    """Makes a version; papers that have the old one keep it."""
    module, question_id = module_in(request), question_in(request)
    newest = (await request.app[BANK].versions(module, question_id))[0]
    row = {**await _typed(request), "name": newest.question.name}
    try:
        question = _question(row)
        await request.app[BANK].save(who.account, module, question, new=False)
    except Refusal as refusal:
        return await _question_page(request, row, _in_words(refusal))
    return see_other(f"{question_path(module, question_id)}?said=saved")


async def _new_page(
    request: web.Request, row: Mapping[str, str], refusal: Refusal | None
) -> web.StreamResponse:
    module = await module_of(request)
    context = {"module": module, "form": _form(row), "kinds": list(QuestionKind)}
    return page(request, "exams/bank_new.html", refusal, **context)


async def _question_page(
    request: web.Request, row: Mapping[str, str] | None, refusal: Refusal | None
) -> web.StreamResponse:
    module = await module_of(request)
    versions = await request.app[BANK].versions(module.code, question_in(request))
    newest = versions[0]
    counted = await request.app[STATISTICS].of_module(module.code)
    older = [*versions[1:], None]
    return page(
        request,
        "exams/bank_question.html",
        refusal,
        module=module,
        kept=newest,
        it=shown(newest.question, module.code),
        versions=[
            {
                "kept": one,
                "changes": changes(before.question, one.question) if before else [],
                "statistics": counted.get((one.question_id, one.version)),
            }
            for one, before in zip(versions, older, strict=True)
        ],
        form=_form(row if row is not None else _row(newest.question)),
        kinds=list(QuestionKind),
    )


async def _typed(request: web.Request) -> dict[str, str]:
    """The fields as a line of a sheet."""
    form = await read_fields(request)
    row = {
        name: value.replace("\r\n", "\n").replace("\r", "\n").strip()[: TEXT_MOST + 1]
        for name, value in form.items()
        if isinstance(value, str)
    }
    said = [it for name, it in form.items() if name == "right" and isinstance(it, str)]
    return {**row, "right": " ".join(said)}


def _question(row: Mapping[str, str]) -> Question:
    """Raises BankRefused."""
    try:
        question = question_of(row)
        if found := trouble(question):
            raise Wrong(found)
    except Wrong as why:
        problem = Problem(line=0, element="", words=str(why))
        raise BankRefused([problem]) from why
    return question


def _in_words(refusal: Refusal) -> Refusal:
    if isinstance(refusal, BankRefused):
        said = refusal.problems[0].words.removeprefix("column ")
        return Refusal(f"{said[:1].upper()}{said[1:]}. Nothing was saved.")
    return refusal


def _row(it: Question) -> dict[str, str]:
    return {
        "name": it.name,
        "kind": it.kind,
        "text": it.text,
        **dict(zip(OPTIONS, (one.text for one in it.options), strict=False)),
        **dict(zip(SAID, (one.feedback for one in it.options), strict=False)),
        "right": " ".join(
            str(n) for n, one in enumerate(it.options, 1) if one.is_right
        ),
        "low": " ".join(f"{one.low:f}" for one in it.spans),
        "high": " ".join(f"{one.high:f}" for one in it.spans),
        "tags": ", ".join(it.tags),
        "feedback": it.feedback,
    }


def _form(row: Mapping[str, str]) -> dict[str, object]:
    """What the form shows: options that are there, and some to fill."""
    filled = max((n for n, it in enumerate(OPTIONS, 1) if row.get(it)), default=0)
    right = row.get("right", "").split()
    plain = ("name", "kind", "text", "low", "high", "tags", "feedback")
    return {
        **{name: row.get(name, "") for name in plain},
        "options": [
            {
                "number": n,
                "text": row.get(OPTIONS[n - 1], ""),
                "feedback": row.get(SAID[n - 1], ""),
                "is_right": str(n) in right,
            }
            for n in range(1, min(OPTIONS_MOST, max(LEAST, filled + SPARE)) + 1)
        ],
    }
