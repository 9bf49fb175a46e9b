"""Slots from a CSV file: on a page, and for programs."""

from dataclasses import asdict

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.steps import form_for
from app.adapters.bodies import BadBody, read_bytes, read_fields
from app.adapters.openapi import takes
from app.booking.domain.slot_sheet import BYTES_MAX
from app.booking.views.staff_keys import PLANNING, SLOTS_PATH
from app.booking.views.staff_slots import new_page

SHEET_PATH, API_PATH = f"{SLOTS_PATH}/sheet", "/api/slots"
ROOMY = {SHEET_PATH: BYTES_MAX * 2, API_PATH: BYTES_MAX * 2}


def routes() -> list[web.RouteDef]:
    return [
        web.get(SHEET_PATH, show_sheet),
        web.post(SHEET_PATH, import_file),
        web.post(API_PATH, import_body),
    ]


@for_role(Role.ADMIN)
async def show_sheet(request: web.Request, who: Identity) -> web.StreamResponse:
    """Choose a CSV file of slots."""
    return await new_page(request, who)


@for_role(Role.ADMIN, proved=True)
@takes(files=("sheet", "act"))
@form_for(new_page)
async def import_file(request: web.Request, who: Identity) -> web.StreamResponse:
    """`act` is `check` or `import`; nothing is made while there is a problem."""
    form = await read_fields(request)
    file = form.get("sheet")
    if not isinstance(file, web.FileField):
        raise BadBody("Choose a CSV file first.")
    data = file.file.read(BYTES_MAX + 1)
    dry_run = form.get("act") != "import"
    report = await request.app[PLANNING].take(who.account, data, dry_run=dry_run)
    return await new_page(request, who, report=report)


@for_role(Role.ADMIN, proved=True)
@takes(sheet=True)
async def import_body(request: web.Request, who: Identity) -> web.StreamResponse:
    """A CSV file as the body; `?dry_run=true` makes nothing. The report: `problems`
    name line and column."""
    data = await read_bytes(request)
    dry_run = request.query.get("dry_run") == "true"
    report = await request.app[PLANNING].take(who.account, data, dry_run=dry_run)
    status = 422 if report.problem_count else 200
    return web.json_response(asdict(report), status=status)
