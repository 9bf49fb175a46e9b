"""The page one studies on, and the files its topics show."""

from urllib.parse import quote

from aiohttp import web
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_everybody, for_role, page_context
from app.adapters.http import SITE, see_other
from app.kernel.ids import ModuleCode
from app.kernel.refusals import NotFound
from app.learning.domain.catalogue import Module, Topic, neighbours
from app.learning.domain.electives import PickFirst
from app.learning.service.catalogue import NoSuchModule
from app.learning.views.kit import FILES, LEARNING, STUDENTS, module_of, topic_href

# Course authors are trusted with words, not with markup: raw HTML stays text.
_markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable("table")
SHOWN_INLINE = ("image/", "video/", "text/vtt")


class FileMissing(NotFound):
    """This file is not here just now. Please tell the helpdesk which topic it is."""


def routes() -> list[web.RouteDef]:
    return [
        web.get("/study/{module}", show_first_topic),
        web.get("/study/{module}/{topic}", show_topic),
        web.get("/study/{module}/files/{name}", show_file),
    ]


@for_role(Role.STUDENT)
async def show_first_topic(request: web.Request, who: Identity) -> web.StreamResponse:
    """On to where the student was, or to where the module begins."""
    module = await module_of(request)
    if not module.topics:
        raise NoSuchModule
    standing = await request.app[STUDENTS].standing(who.account)
    last = standing.last_topics.get(module.code, module.topics[0].code)
    return see_other(topic_href(module.code, last))


@for_role(Role.STUDENT)
async def show_topic(request: web.Request, who: Identity) -> web.StreamResponse:
    """A topic to read, with the camera beside it."""
    module = await module_of(request)
    previous, topic, following = neighbours(module.topics, request.match_info["topic"])
    if topic is None:
        raise NoSuchModule
    students = request.app[STUDENTS]
    try:
        await students.require_own(who.account, module)
    except PickFirst:
        return see_other(f"/?pick={module.set_code}")
    place = await students.open_topic(who.account, module.code, topic.code)
    done = await students.done(who.account, module.code)
    context = {
        "module": module,
        "topics": [
            {**_link(module, it), "done": it.code in done} for it in module.topics
        ],
        "done_count": len(done & {it.code for it in module.topics}),
        "topic": {**_link(module, topic), "html": render(module, topic)},
        "place": place,
        "note": await students.note(who.account, module.code, topic.code),
        "previous": _link(module, previous) if previous else None,
        "next": _link(module, following) if following else None,
        **page_context(request),
    }
    return request.app[SITE].page("learning/study.html", context)


@for_everybody()
async def show_file(request: web.Request, _: Identity) -> web.StreamResponse:
    """A picture, document or video of a module; answers ranges, for seeking."""
    module, name = request.match_info["module"], request.match_info["name"]
    file = await request.app[LEARNING].file(ModuleCode(module), name)
    path = request.app[FILES].path_of(file.sha256)
    if not path.is_file():
        raise FileMissing
    shown = "inline" if file.media_type.startswith(SHOWN_INLINE) else "attachment"
    headers = {
        "Content-Type": file.media_type,
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name)}",
        "Cache-Control": "private, max-age=3600",
    }
    return web.FileResponse(path, headers=headers)


def render(module: Module, topic: Topic) -> Markup:
    """The topic's Markdown as HTML, its files under their addresses."""
    tokens = _markdown.parse(topic.body)
    for block in tokens:
        for token in block.children or []:
            _point_to_files(module, token)
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))


def _point_to_files(module: Module, token: Token) -> None:
    name = {"image": "src", "link_open": "href"}.get(token.type)
    target = str(token.attrs.get(name, "")) if name else ""
    if name and target.startswith("files/"):
        token.attrs[name] = f"/study/{module.code}/{target}"
    elif name == "href" and target.startswith("http"):
        token.attrs |= {"rel": "noopener noreferrer", "target": "_blank"}


def _link(module: Module, topic: Topic) -> dict[str, object]:
    return {
        "code": topic.code,
        "title": topic.title,
        "minutes": topic.minutes,
        "video": topic.video,
        "captions": topic.captions,
        "href": topic_href(module.code, topic.code),
    }
