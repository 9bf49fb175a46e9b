"""The dashboard and the study page. Live figures come over the socket."""

from aiohttp import web
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import WHO, for_role, page_context
from app.adapters.http import SITE, see_other
from app.kernel.ids import ModuleCode
from app.learning.domain import Module, Topic, neighbours
from app.learning.service import Learning, NoSuchModule

LEARNING = web.AppKey("learning", Learning)

# Course authors are trusted with words, not with markup: raw HTML stays text.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", show_start),
        web.get("/study/{module}", show_first_topic),
        web.get("/study/{module}/{topic}", show_topic),
    ]


async def show_start(request: web.Request) -> web.StreamResponse:
    """Everybody's own first page."""
    identity = request.get(WHO)
    if identity is not None and identity.role is not Role.STUDENT:
        is_proctor = identity.role is Role.PROCTOR
        return see_other("/wall" if is_proctor else "/staff")
    return await show_dashboard(request)


@for_role(Role.STUDENT)
async def show_dashboard(request: web.Request, _: Identity) -> web.StreamResponse:
    sets = await request.app[LEARNING].catalogue()
    context = {"sets": sets, **page_context(request)}
    return request.app[SITE].page("dashboard.html", context)


@for_role(Role.STUDENT)
async def show_first_topic(request: web.Request, _: Identity) -> web.StreamResponse:
    """On to where the module begins."""
    module = await _module(request)
    if not module.topics:
        raise NoSuchModule
    return see_other(_href(module, module.topics[0]))


@for_role(Role.STUDENT)
async def show_topic(request: web.Request, _: Identity) -> web.StreamResponse:
    """A topic to read, with the camera beside it."""
    module = await _module(request)
    previous, topic, following = neighbours(module.topics, request.match_info["topic"])
    if topic is None:
        raise NoSuchModule
    text = Markup(_markdown.render(topic.body))
    context = {
        "module": module,
        "topics": [_link(module, it) for it in module.topics],
        "topic": {**_link(module, topic), "html": text},
        "previous": _link(module, previous) if previous else None,
        "next": _link(module, following) if following else None,
        **page_context(request),
    }
    return request.app[SITE].page("study.html", context)


async def _module(request: web.Request) -> Module:
    return await request.app[LEARNING].module(ModuleCode(request.match_info["module"]))


def _link(module: Module, topic: Topic) -> dict[str, object]:
    return {
        "code": topic.code,
        "title": topic.title,
        "minutes": topic.minutes,
        "href": _href(module, topic),
    }


def _href(module: Module, topic: Topic) -> str:
    return f"/study/{module.code}/{topic.code}"
