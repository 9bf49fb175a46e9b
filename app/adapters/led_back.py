"""The way back from the address of a form that was refused."""

from aiohttp import web


async def led_back(
    request: web.Request, error: web.HTTPException
) -> web.StreamResponse | None:
    """A page that a refused form showed stands at the form's address: who loads it
    anew there is led to the page the form is on, the nearest one above."""
    only_forms = isinstance(error, web.HTTPMethodNotAllowed)
    if not only_forms or request.method not in ("GET", "HEAD"):
        return None
    path = request.path
    while path != "/":
        path = path.rpartition("/")[0] or "/"
        there = await request.app.router.resolve(request.clone(rel_url=path))
        if there.http_exception is None:
            return web.Response(status=303, headers={"Location": path})
    return None
