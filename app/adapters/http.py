"""HTTP for every slice: refusals as answers, headers, origin, CSRF, bodies, pages.

The only place of the app that knows status codes.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2
import structlog
from aiohttp import web

from app.adapters.http_headers import add_headers, content_policy
from app.adapters.led_back import led_back
from app.adapters.request_ids import NUMBER, numbered
from app.adapters.turn import Turn
from app.kernel import refusals
from app.kernel.refusals import Forbidden, Refusal, Unavailable

BODY_MAX = 64 * 1024
STATUS: dict[type[Refusal], int] = {
    refusals.Unauthenticated: 401,
    refusals.Forbidden: 403,
    refusals.NotFound: 404,
    refusals.Conflict: 409,
    refusals.TooMany: 429,
    refusals.Unavailable: 503,
    Refusal: 400,
}
PLAIN = {404: "There is no page at this address. What you look for may have moved."}
"""Where the name that HTTP has for it helps nobody."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TEMPLATES = Path(__file__).parents[1] / "templates"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger()


class ForeignOrigin(Forbidden):
    """This request came from another site, so nothing was done."""


class StaleForm(Forbidden):
    """This page is out of date. Reload it and try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How people reach the institution's helpdesk; empty where there is no such way."""

    email: str = ""
    phone: str = ""
    hours: str = ""


class Site:
    """What the pages of one deployment share: addresses, secret, templates."""

    def __init__(
        self, *, url: str, media_urls: list[str], secret: str, proxies: int = 0
    ) -> None:
        """`proxies`: how many of our own stand before us, each adding an address to
        X-Forwarded-For; what stands there besides is the client's invention."""
        self.url = url.rstrip("/")
        self.proxies = proxies
        self.secret = secret
        self.support = Support()
        self.turn = Turn()
        self.roomy: dict[str, int] = {}
        """Paths that take more than BODY_MAX bytes, and how many."""
        self.outside: set[str] = set()
        """Exact paths that other sites send to, such as a payment provider: what comes
        there is signed, or believed of nobody."""
        self.policy = content_policy(self.url, media_urls)
        self._pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )

    def csrf_token(self, login: str) -> str:
        """Bound to the log-in: worthless in any other session."""
        key = self.secret.encode()
        return hmac.new(key, f"csrf:{login}".encode(), hashlib.sha256).hexdigest()

    def page(
        self, template: str, context: Mapping[str, object], *, status: int = 200
    ) -> web.Response:
        text = self._pages.get_template(template).render(
            {"support": self.support, **context}
        )
        return web.Response(text=text, content_type="text/html", status=status)


SITE = web.AppKey("site", Site)


@web.middleware
async def answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal and fault becomes an answer with its headers; the outermost."""
    try:
        response = await handler(request)
    except Refusal as refusal:
        response = refused(request, refusal)
    except web.HTTPException as error:
        response = _plain(request, error)
        if _wants_page(request):
            outside = request.app[SITE].outside
            response = await led_back(request, error, outside) or response
    except Exception:
        response = _broken(request)
    if not response.prepared:
        site = request.app[SITE]
        add_headers(request, response, site.url, site.policy)
    return response


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    outside = request.app[SITE].outside
    if request.method not in SAFE and request.path not in outside:
        require_origin(request)
    return await handler(request)


@web.middleware
async def roomy(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Some pages take files."""
    limit = request.app[SITE].roomy.get(request.path)
    if limit is None:
        return await handler(request)
    request = request.clone(client_max_size=limit)
    try:
        return await handler(request)
    finally:
        # aiohttp leaves closing the files to whoever asked for them.
        for field in (getattr(request, "_post", None) or {}).values():
            if isinstance(field, web.FileField):
                field.file.close()


MIDDLEWARES = (numbered, answers, same_origin, roomy)


def require_origin(request: web.Request) -> None:
    """Raises ForeignOrigin unless the browser says it comes from our own pages."""
    if request.headers.get("Origin") != request.app[SITE].url:
        raise ForeignOrigin


def require_csrf(request: web.Request, given: str | None, login: str) -> None:
    """Raises StaleForm unless `given` is the token of this log-in."""
    expected = request.app[SITE].csrf_token(login)
    if not hmac.compare_digest((given or "").encode(), expected.encode()):
        raise StaleForm


def client_address(request: web.Request) -> str:
    """Of the browser, as our own proxies tell it."""
    proxies = request.app[SITE].proxies
    told = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies and len(told) >= proxies and told[-proxies].strip():
        return told[-proxies].strip()[:45]
    return request.remote or ""


def status_of(refusal: Refusal) -> int:
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def wait_headers(refusal: Refusal) -> dict[str, str]:
    """When to come again, where that is the answer."""
    wait_s = refusal.details.get("wait_s")
    if wait_s is None and isinstance(refusal, Unavailable):
        wait_s = 3
    return {"Retry-After": str(wait_s)} if wait_s else {}


def refused(request: web.Request, refusal: Refusal) -> web.Response:
    """As a problem body (RFC 9457) for programs, as a page for people."""
    status, headers = status_of(refusal), wait_headers(refusal)
    if _wants_page(request):
        page = _error_page(request, status, refusal.message)
        page.headers.update(headers)
        return page
    title = type(refusal).__mro__[1].__name__
    words = {"code": refusal.code(), "detail": refusal.message, **refusal.details}
    return _problem(request, status, title, words, headers)


def see_other(location: str) -> web.Response:
    """On to another page, asked for with GET."""
    return web.Response(status=303, headers={"Location": location})


def _plain(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    if _wants_page(request):
        return _error_page(request, error.status, PLAIN.get(error.status, error.reason))
    allow = {key: value for key, value in error.headers.items() if key == "Allow"}
    return _problem(request, error.status, error.reason, {}, allow)


def _broken(request: web.Request) -> web.Response:
    """A bug: the log gets all of it under a number, the user gets the number."""
    number = request[NUMBER]
    route = request.match_info.route.resource
    log.exception("request_failed", route=str(route))
    detail = f"Something went wrong on our side. Nothing is lost. Reference: {number}."
    if _wants_page(request):
        return _error_page(request, 500, detail)
    return _problem(request, 500, "Error", {"detail": detail})


def _problem(
    request: web.Request,
    status: int,
    title: str,
    more: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """RFC 9457, with the number of the request."""
    base = {"type": "about:blank", "title": title, "status": status}
    return web.json_response(
        {**base, "request": request[NUMBER], **more},
        status=status,
        headers=headers,
        content_type="application/problem+json",
    )


def _wants_page(request: web.Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _error_page(request: web.Request, status: int, detail: str) -> web.Response:
    title = {401: "Please log in", 403: "Not allowed", 404: "Not here"}.get(
        status, "That did not work"
    )
    site = request.app[SITE]
    context = {"status": status, "title": title, "detail": detail}
    return site.page("error.html", {**context, "who": None, "csrf": ""}, status=status)
