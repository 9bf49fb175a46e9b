"""How the questions of a module behave, for their authors."""

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.exams.domain.statistics import ENOUGH
from app.exams.views.bank_kit import BANK, BANK_PATH, STATISTICS, question_path
from app.learning.views.kit import module_of


def routes() -> list[web.RouteDef]:
    return [web.get(f"{BANK_PATH}/{{module}}/statistics", show_statistics)]


@for_role(Role.ADMIN)
async def show_statistics(request: web.Request, _: Identity) -> web.StreamResponse:
    """Difficulty and discrimination of each question's newest version."""
    module = await module_of(request)
    counted = await request.app[STATISTICS].of_module(module.code)
    rows = [
        {
            "kept": it,
            "href": question_path(module.code, it.question_id),
            "found": counted.get((it.question_id, it.version)),
        }
        for it in await request.app[BANK].questions(module.code)
    ]
    return page(
        request, "exams/statistics.html", module=module, rows=rows, enough=ENOUGH
    )
