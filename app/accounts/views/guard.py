"""Who is behind a request, and what they may ask for."""

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import TypeAlias
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from app.accounts.domain.logins import must_prove
from app.accounts.domain.people import Identity, Role
from app.accounts.domain.policy import AccountPolicy
from app.accounts.service.logins import Logins
from app.adapters.bodies import read_fields
from app.adapters.http import SAFE, SITE, Handler, require_csrf, see_other
from app.kernel.clock import Clock
from app.kernel.refusals import Forbidden, Unauthenticated

LOGINS = web.AppKey("logins", Logins)
POLICY = web.AppKey("account_policy", AccountPolicy)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
WHO = web.RequestKey("who", Identity)
TOKEN = web.RequestKey("token", str)
NOTICES_SHOWN: web.RequestKey[Sequence[object]] = web.RequestKey("notices", Sequence)
"""What every page says on top: with a `text` and a `tone` each."""
WINDOWS_SHOWN: web.RequestKey[Sequence[object]] = web.RequestKey("windows", Sequence)
"""Announced closings of the portals, to be shown with a countdown."""
COOKIE = "__Host-spom"
FILES = ("/static/", "/vendor/")
STATUS_PATH = "/status"
LOGIN_PATH, PROVE_PATH = "/login", "/prove"
SAID_OF_ACTS = frozenset({"said", "told", "made", "cancelled"})
"""Of a page's query: that something was done, and how much of it."""

Guarded: TypeAlias = Callable[[web.Request, Identity], Awaitable[web.StreamResponse]]


class NotYourPage(Forbidden):
    """This page is for another role than yours."""


class ProveFirst(Forbidden):
    """For this we ask once more that it is you. Confirm it, then try again."""


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Finds out who asks; an unsafe request of a login needs its CSRF token."""
    token = request.cookies.get(COOKIE)
    if token and not _same_for_everybody(request):
        identity = await request.app[LOGINS].who(token)
        if identity is not None:
            request[WHO] = identity
            request[TOKEN] = token
            if request.method not in SAFE:
                await _check_csrf(request, token)
    return await handler(request)


def _same_for_everybody(request: web.Request) -> bool:
    """A page's thirty files need no thirty look-ups, and the status page must answer
    when no login can be read."""
    return request.path.startswith(FILES) or request.path == STATUS_PATH


async def _check_csrf(request: web.Request, token: str) -> None:
    given = request.headers.get("X-CSRF-Token")
    if given is None and request.content_type in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        given = str((await read_fields(request)).get("csrf_token", ""))
    require_csrf(request, given, token)


def for_role(*roles: Role, proved: bool = False) -> Callable[[Guarded], Handler]:
    """The handler gets the Identity; anybody else is refused, or sent to log in.

    `proved`: only for who has given a password, code or passkey in the last minutes;
    a page sends others to do so and comes back.
    """

    def decorate(handler: Guarded) -> Handler:
        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            identity = request.get(WHO)
            if identity is None:
                return _send_to_login(request)
            if identity.role not in roles:
                raise NotYourPage
            if proved and _must_prove(request, identity):
                return _send_to_prove(request)
            return await handler(request, identity)

        guarded.access = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def for_everybody(*, proved: bool = False) -> Callable[[Guarded], Handler]:
    """For whoever is logged in."""
    return for_role(*Role, proved=proved)


def page_context(request: web.Request) -> dict[str, object]:
    """What every page knows: who is logged in, whether just proved, the CSRF token."""
    identity, token = request.get(WHO), request.get(TOKEN)
    csrf = request.app[SITE].csrf_token(token) if token else ""
    notices = request.get(NOTICES_SHOWN, ())
    windows = request.get(WINDOWS_SHOWN, ())
    return {
        "who": identity,
        "proved": identity is not None and not _must_prove(request, identity),
        "csrf": csrf,
        "notices": notices,
        "windows": windows,
    }


def set_cookie(
    response: web.StreamResponse, name: str, value: str, *, days: float | None = None
) -> None:
    """Ours alone: __Host-, unreadable for scripts, never sent from other sites."""
    response.set_cookie(
        name,
        value,
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
        max_age=None if days is None else int(days * 86_400),
    )


def forget_cookie(response: web.StreamResponse, name: str) -> None:
    response.del_cookie(name, path="/", secure=True, httponly=True, samesite="Strict")


def safe_next(target: str) -> str:
    """A path of our own to go on to; anything else is the start page."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    ours = target.startswith("/") and not target.startswith(("//", "/\\"))
    # Browsers drop tabs and newlines: "/<tab>/evil" would be another site.
    plain = target.isprintable() and "\\" not in target
    return target if ours and plain and not parts.netloc else "/"


def _must_prove(request: web.Request, who: Identity) -> bool:
    now = request.app[CLOCK].now()
    return must_prove(who.proved_at, now, request.app[POLICY])


def _send_to_prove(request: web.Request) -> web.StreamResponse:
    if "text/html" not in request.headers.get("Accept", ""):
        raise ProveFirst
    back = request.path_qs
    if request.method not in SAFE:
        back = _page_of_form(request.headers.get("Referer", ""))
    return see_other(f"{PROVE_PATH}?{urlencode({'next': back})}")


def _page_of_form(referer: str) -> str:
    """Where the form stands, with its query; but not what it says of an act that is
    done: this one is not."""
    try:
        parts = urlsplit(referer)
    except ValueError:
        return "/"
    query = "&".join(
        it for it in parts.query.split("&") if it.partition("=")[0] not in SAID_OF_ACTS
    )
    return safe_next(f"{parts.path}?{query}" if query else parts.path)


def _send_to_login(request: web.Request) -> web.StreamResponse:
    if "text/html" not in request.headers.get("Accept", ""):
        raise Unauthenticated
    return see_other(LOGIN_PATH)
