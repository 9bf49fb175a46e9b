"""Taking a file of questions into a bank: looked at first, then taken in whole."""

from collections.abc import Sequence

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.adapters.bodies import BadBody, read_fields
from app.adapters.openapi import takes
from app.exams.domain.parsed import CannotAsk, Gathering
from app.exams.domain.pictures import PICTURE_MOST, keep_picture
from app.exams.domain.reports import BankRefused, Report
from app.exams.service.formats import FILE_MOST, read_file
from app.exams.views.bank_kit import BANK, IMPORT_PATH
from app.kernel.ids import ModuleCode
from app.kernel.refusals import Refusal
from app.learning.views.kit import LEARNING

ROOMY = {IMPORT_PATH: FILE_MOST + 2 * 1024 * 1024}
FIELDS = ("module", "file", "pictures", "leave_out", "replace_all", "act")


def routes() -> list[web.RouteDef]:
    return [web.get(IMPORT_PATH, show_import), web.post(IMPORT_PATH, take_file)]


@for_role(Role.ADMIN)
async def show_import(request: web.Request, _: Identity) -> web.StreamResponse:
    """Choose a module and a file of GIFT, QTI or CSV."""
    return await _page(request, request.query.get("module", ""))


@for_role(Role.ADMIN, proved=True)
@takes(files=FIELDS)
async def take_file(request: web.Request, who: Identity) -> web.StreamResponse:
    """`act` is `check` or `import`; nothing is taken while there is a problem."""
    module = ""
    try:
        form = await read_fields(request)
        module = str(form.get("module", ""))[:12]
        file = form.get("file")
        if not isinstance(file, web.FileField):
            raise BadBody("Choose a file of questions first.")
        given = await read_file(
            file.file.read(FILE_MOST + 1),
            file.filename,
            leave_out="leave_out" in form,
            pictures=_pictures([it for name, it in form.items() if name == "pictures"]),
        )
        report = await request.app[BANK].take(
            who.account,
            ModuleCode(module),
            given.source,
            given.parsed,
            replace_all="replace_all" in form,
            dry_run=form.get("act") != "import",
        )
    except BankRefused as refused:
        return await _page(request, module, refused, Report(problems=refused.problems))
    except Refusal as refusal:
        return await _page(request, module, refusal)
    return await _page(request, module, report=report)


async def _page(
    request: web.Request,
    module: str,
    refusal: Refusal | None = None,
    report: Report | None = None,
) -> web.StreamResponse:
    modules = [
        it
        for study_set in await request.app[LEARNING].catalogue()
        for it in study_set.modules
    ]
    return page(
        request,
        "exams/bank_import.html",
        refusal,
        modules=modules,
        module=module,
        report=report,
    )


def _pictures(given: Sequence[object]) -> dict[str, bytes]:
    """By their names, as the questions show them: files/NAME. Raises BadBody."""
    gathering = Gathering()
    for it in given:
        if isinstance(it, web.FileField) and it.filename:
            try:
                content = it.file.read(PICTURE_MOST + 1)
                keep_picture(gathering, it.filename, content)
            except CannotAsk as why:
                raise BadBody(f"{it.filename}: {why}.") from why
    return gathering.pictures
