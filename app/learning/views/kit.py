"""What the pages of learning share."""

from aiohttp import web

from app.adapters.files import Files
from app.kernel.ids import ModuleCode
from app.learning.domain.catalogue import Module
from app.learning.service.catalogue import Learning
from app.learning.service.students import Students

LEARNING = web.AppKey("learning", Learning)
STUDENTS = web.AppKey("students", Students)
FILES = web.AppKey("files", Files)


async def module_of(request: web.Request) -> Module:
    """Raises NoSuchModule."""
    return await request.app[LEARNING].module(ModuleCode(request.match_info["module"]))


def topic_href(module: str, topic: str) -> str:
    return f"/study/{module}/{topic}"
