"""What a module's papers are made of, and refusing what cannot be drawn."""

import re

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import read_fields
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.exams.domain.blueprints import (
    PARTS_MOST,
    BadBlueprint,
    Blueprint,
    Part,
    require_sense,
)
from app.exams.views.bank_kit import BANK, BANK_PATH, BLUEPRINTS, bank_path, module_in
from app.kernel.refusals import Refusal
from app.learning.views.kit import module_of

SPARE = 3
HOUR_S = 3600


class BlueprintForm(BaseModel):
    """Besides: tag1 and count1 to tag30 and count30."""

    model_config = ConfigDict(extra="allow")
    minutes: int = Field(ge=1, le=720)
    pass_mark: int = Field(50, ge=1, le=100)
    cooling_hours: int = Field(0, ge=0, le=8760)
    remote: bool = False
    pause_stops_clock: bool = False


def routes() -> list[web.RouteDef]:
    path = f"{BANK_PATH}/{{module}}/blueprint"
    return [web.get(path, show_blueprint), web.post(path, save)]


@for_role(Role.ADMIN)
async def show_blueprint(request: web.Request, who: Identity) -> web.StreamResponse:
    """The newest blueprint, and what the bank has."""
    return await blueprint_page(request, who)


async def blueprint_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    module = await module_of(request)
    current = await request.app[BLUEPRINTS].current(module.code)
    counts = (await request.app[BANK].counts()).get(module.code, {})
    form = await _as_typed(request) if request.method == "POST" else _form(current)
    return page(
        request,
        "exams/blueprint.html",
        refusal,
        module=module,
        current=current,
        tags=[(tag, count) for tag, count in counts.items() if tag],
        lacking=await request.app[BLUEPRINTS].lacking(module.code),
        form=form,
    )


@for_role(Role.ADMIN, proved=True)
@takes(form=BlueprintForm)
@form_for(blueprint_page)
async def save(request: web.Request, who: Identity) -> web.StreamResponse:
    """For papers drawn from now on."""
    module = module_in(request)
    wanted = _wanted(await _as_typed(request))
    require_sense(wanted)
    await request.app[BLUEPRINTS].save(who.account, module, wanted)
    return see_other(f"{bank_path(module)}/blueprint?said=saved")


async def _as_typed(request: web.Request) -> dict[str, object]:
    given = await read_fields(request)
    form = {name: it[:200] for name, it in given.items() if isinstance(it, str)}
    parts = [
        (" ".join(form.get(f"tag{n}", "").split()), form.get(f"count{n}", "").strip())
        for n in range(1, PARTS_MOST + 1)
    ]
    kept = [it for it in parts if any(it)]
    return {
        "parts": [*kept, *[("", "")] * SPARE][:PARTS_MOST],
        "minutes": form.get("minutes", ""),
        "pass_mark": form.get("pass_mark", ""),
        "cooling_hours": form.get("cooling_hours", ""),
        "remote": "remote" in form,
        "pause_stops_clock": "pause_stops_clock" in form,
    }


def _wanted(form: dict[str, object]) -> Blueprint:
    """Raises BadBlueprint."""
    given = form["parts"]
    parts = given if isinstance(given, list) else []
    return Blueprint(
        parts=tuple(
            Part(tag=tag, count=_number(count, f"How many of {tag!r}"))
            for tag, count in parts
            if tag or count
        ),
        duration_s=_number(form["minutes"], "Minutes") * 60,
        pass_mark=_number(form["pass_mark"], "The pass mark"),
        cooling_s=_number(form["cooling_hours"], "The cooling-off") * HOUR_S,
        remote=bool(form["remote"]),
        pause_stops_clock=bool(form["pause_stops_clock"]),
    )


def _number(said: object, what: str) -> int:
    text = str(said).strip()
    if re.fullmatch(r"[0-9]{1,6}", text) is None:
        raise BadBlueprint(f"{what}: write a whole number.")
    return int(text)


def _form(it: Blueprint | None) -> dict[str, object]:
    it = it or Blueprint(parts=(), duration_s=HOUR_S)
    parts = [(one.tag, str(one.count)) for one in it.parts]
    return {
        "parts": [*parts, *[("", "")] * SPARE][:PARTS_MOST],
        "minutes": it.duration_s // 60,
        "pass_mark": it.pass_mark,
        "cooling_hours": it.cooling_s // HOUR_S,
        "remote": it.remote,
        "pause_stops_clock": it.pause_stops_clock,
    }
