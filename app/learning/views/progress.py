"""What the study page keeps as one reads: place, done marks, notes. Adds no time."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.adapters.bodies import Body, read_json
from app.adapters.openapi import takes
from app.kernel.ids import ModuleCode
from app.learning.service.students import Note
from app.learning.views.kit import STUDENTS

NOTE_MOST = 20_000


class Progress(Body):
    """`place`: share of the text read; `video_s`: where the video stands."""

    place: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)
    video_s: float | None = Field(None, ge=0, le=86_400, allow_inf_nan=False)
    done: bool | None = None


class NoteText(Body):
    """`version`: of the text this one was written on; 0 for none."""

    text: str = Field(max_length=NOTE_MOST, pattern=r"^[^\x00]*$")
    version: int = Field(ge=0, le=2**31 - 1)


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/study/{module}/{topic}/progress", save_progress),
        web.post("/api/study/{module}/{topic}/note", save_note),
    ]


@for_role(Role.STUDENT)
@takes(body=Progress)
async def save_progress(request: web.Request, who: Identity) -> web.StreamResponse:
    """Keeps where the student is in a topic."""
    body = await read_json(request, Progress)
    await request.app[STUDENTS].save_progress(
        who.account, _at(request), **body.model_dump()
    )
    return web.Response(status=204)


@for_role(Role.STUDENT)
@takes(body=NoteText)
async def save_note(request: web.Request, who: Identity) -> web.StreamResponse:
    """Keeps the student's note, unless another tab has changed it meanwhile."""
    body = await read_json(request, NoteText)
    note = Note(text=body.text, version=body.version)
    saved = await request.app[STUDENTS].save_note(who.account, _at(request), note)
    return web.json_response({"version": saved})


def _at(request: web.Request) -> tuple[ModuleCode, str]:
    return ModuleCode(request.match_info["module"]), request.match_info["topic"]
