"""Importing a roster: a page with files, and an API."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePath

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, normalise_srn
from app.accounts.domain.photos import PHOTO_MAX
from app.accounts.domain.roster import (
    BYTES_MAX,
    LINES_MAX,
    Sheet,
    read_csv,
    read_records,
)
from app.accounts.service.roster import RosterReport
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.staff_kit import HELPERS, ROSTER
from app.adapters.bodies import BadBody, Body, read_fields, read_json
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal

ROSTER_PATH, API_PATH = "/staff/roster", "/api/roster"


class RosterStudent(Body):
    """`photo` is a JPEG in base64."""

    srn: str
    name: str
    email: str = ""
    mobile: str = ""
    photo: str | None = Field(None, max_length=PHOTO_MAX * 4 // 3 + 4)


class RosterBody(Body):
    students: list[RosterStudent] = Field(max_length=LINES_MAX)
    dry_run: bool = False


def routes() -> list[web.RouteDef]:
    return [
        web.get(ROSTER_PATH, show_roster),
        web.post(ROSTER_PATH, import_files),
        web.post(API_PATH, import_json),
    ]


@for_role(*HELPERS)
async def show_roster(request: web.Request, _: Identity) -> web.StreamResponse:
    """Choose a CSV file, and photos named SRN.jpg."""
    return page(request, "staff/roster.html", report=None)


@for_role(*HELPERS, proved=True)
@takes(files=("roster", "photos", "act"))
async def import_files(request: web.Request, who: Identity) -> web.StreamResponse:
    """`act` is `check` or `import`; nothing is imported while there is a problem."""
    try:
        form = await read_fields(request)
        file = form.get("roster")
        if not isinstance(file, web.FileField):
            raise BadBody("Choose a CSV file first.")
        sheet = read_csv(file.file.read(BYTES_MAX + 1))
        report = await request.app[ROSTER].take(
            sheet,
            _photos([it for name, it in form.items() if name == "photos"]),
            who.account,
            dry_run=form.get("act") != "import",
        )
    except Refusal as refusal:
        return page(request, "staff/roster.html", refusal, report=None)
    return page(request, "staff/roster.html", report=report)


def _photos(given: Sequence[object]) -> Mapping[str, bytes]:
    return {
        normalise_srn(PurePath(it.filename).stem): it.file.read(PHOTO_MAX + 1)
        for it in given
        if isinstance(it, web.FileField) and it.filename
    }


@for_role(*HELPERS, proved=True)
@takes(body=RosterBody)
async def import_json(request: web.Request, who: Identity) -> web.StreamResponse:
    """The report; `problems` name the place in the list (from 1) and the member."""
    body = await read_json(request, RosterBody)
    sheet = Sheet()
    records = (
        (number, it.model_dump(include={"srn", "name", "email", "mobile"}))
        for number, it in enumerate(body.students, 1)
    )
    read_records(sheet, records)
    photos = {
        normalise_srn(it.srn): _decoded(sheet, number, it.photo)
        for number, it in enumerate(body.students, 1)
        if it.photo is not None
    }
    report = await request.app[ROSTER].take(
        sheet, photos, who.account, dry_run=body.dry_run
    )
    status = 422 if report.problem_count else 200
    return web.json_response(_as_json(report), status=status)


def _decoded(sheet: Sheet, number: int, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        sheet.find(number, "photo", "bad_photo", "This photo is not base64.")
        return b""


def _as_json(report: RosterReport) -> dict[str, object]:
    return asdict(report)
