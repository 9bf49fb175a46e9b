"""The way back from the address of a form that was refused."""

from collections.abc import Collection

from aiohttp import web
from yarl import URL

AT_START = ("/electives/", "/logout")
"""Forms of the start page: no other form's page is found as far up."""


async def led_back(
    request: web.Request, error: web.HTTPException, outside: Collection[str]
) -> web.StreamResponse | None:
    """A page that a refused form showed stands at the form's address: who loads it
    anew there is led to the page the form is on, the nearest one above. No form of
    ours: what programs ask, and the paths `outside`, that other sites send to."""
    only_forms = isinstance(error, web.HTTPMethodNotAllowed)
    if not only_forms or request.method not in ("GET", "HEAD"):
        return None
    if request.path.startswith("/api/") or request.path in outside:
        return None
    path = request.rel_url.raw_path  # As it was asked: it goes into a header.
    while path := path.rpartition("/")[0]:
        above = request.clone(rel_url=URL.build(path=path, encoded=True))
        if (await request.app.router.resolve(above)).http_exception is None:
            return _to(path)
    return _to("/") if request.path.startswith(AT_START) else None


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
