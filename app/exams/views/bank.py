"""Banks of all modules, a module's questions, their pictures and exports."""

from urllib.parse import urlencode

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.adapters.http import see_other
from app.exams.service.formats import FORMATS, export
from app.exams.views.bank_kit import (
    BANK,
    BANK_PATH,
    BLUEPRINTS,
    bank_path,
    module_in,
    question_in,
    question_path,
)
from app.kernel.refusals import NotFound
from app.learning.views.kit import FILES, LEARNING, module_of

TYPED_MOST, PAGES_MOST = 200, 10_000


class NoSuchPicture(NotFound):
    """There is no such picture in this bank."""


def routes() -> list[web.RouteDef]:
    one = f"{BANK_PATH}/{{module}}"
    return [
        web.get(BANK_PATH, show_banks),
        web.get(one, show_bank),
        web.get(f"{one}/export/{{format}}", send_export),
        web.get(f"{one}/files/{{name}}", show_picture),
        web.post(f"{one}/questions/{{question}}/retire", retire),
        web.post(f"{one}/questions/{{question}}/restore", restore),
    ]


@for_role(Role.ADMIN)
async def show_banks(request: web.Request, _: Identity) -> web.StreamResponse:
    """Every module, and how many questions its bank has."""
    counts = await request.app[BANK].counts()
    modules = [
        {
            "code": it.code,
            "title": it.title,
            "count": counts.get(it.code, {}).get(None, 0),
            "tags": _tags(counts.get(it.code, {})),
            "lacking": await request.app[BLUEPRINTS].lacking(it.code),
            "blueprint": await request.app[BLUEPRINTS].current(it.code),
        }
        for study_set in await request.app[LEARNING].catalogue()
        for it in study_set.modules
    ]
    return page(request, "exams/banks.html", modules=modules)


@for_role(Role.ADMIN)
async def show_bank(request: web.Request, _: Identity) -> web.StreamResponse:
    """A module's questions: by words (`q`), by tag (`tag`), in pages (`page`)."""
    module, bank = await module_of(request), request.app[BANK]
    text = request.query.get("q", "")[:TYPED_MOST].replace("\x00", "")
    tag = request.query.get("tag", "")[:TYPED_MOST].replace("\x00", "")
    said = request.query.get("page", "0")[:6]
    number = min(int(said), PAGES_MOST) if said.isascii() and said.isdigit() else 0
    found, more = await bank.find(module.code, text, tag, number)
    counts = (await bank.counts()).get(module.code, {})

    def at(number: int) -> str:
        given = {"q": text, "tag": tag, "page": str(number)}
        return f"?{urlencode({name: it for name, it in given.items() if it})}"

    return page(
        request,
        "exams/bank.html",
        module=module,
        questions=found,
        q=text,
        tag=tag,
        tags=_tags(counts),
        count=counts.get(None, 0),
        newer=at(number - 1) if number else "",
        older=at(number + 1) if more else "",
        retired=await bank.retired(module.code),
        lacking=await request.app[BLUEPRINTS].lacking(module.code),
        formats=FORMATS,
    )


@for_role(Role.ADMIN)
async def send_export(request: web.Request, _: Identity) -> web.StreamResponse:
    """The bank as `gift`, `qti` or `csv`."""
    module = await module_of(request)
    kind = request.match_info["format"]
    file = await export(request.app[BANK], module.code, kind)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    charset = None if kind == "qti" else "utf-8"
    return web.Response(
        body=file.content,
        content_type=file.media_type,
        charset=charset,
        headers=headers,
    )


@for_role(Role.ADMIN)
async def show_picture(request: web.Request, _: Identity) -> web.StreamResponse:
    """A picture of the bank."""
    name = request.match_info["name"].replace("\x00", "")
    file = await request.app[BANK].file(module_in(request), name)
    path = request.app[FILES].path_of(file.sha256) if file else None
    if file is None or path is None or not path.is_file():
        raise NoSuchPicture
    return web.FileResponse(path, headers={"Content-Type": file.media_type})


@for_role(Role.ADMIN, proved=True)
async def retire(request: web.Request, who: Identity) -> web.StreamResponse:
    """No paper gets it any more; papers that have it keep it."""
    module, question = module_in(request), question_in(request)
    await request.app[BANK].retire(who.account, module, question)
    return see_other(f"{bank_path(module)}?said=done")


@for_role(Role.ADMIN, proved=True)
async def restore(request: web.Request, who: Identity) -> web.StreamResponse:
    """Papers may get it again."""
    module, question = module_in(request), question_in(request)
    await request.app[BANK].retire(who.account, module, question, back=True)
    return see_other(f"{question_path(module, question)}?said=done")


def _tags(counts: dict[str | None, int]) -> list[tuple[str, int]]:
    return [(tag, count) for tag, count in counts.items() if tag is not None]
