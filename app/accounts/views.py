"""Logging in and out, and who is behind a request."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from app.accounts.domain import Identity, Role
from app.accounts.service import Accounts, WrongLogin
from app.adapters.http import (
    SAFE,
    SITE,
    Handler,
    require_csrf,
    see_other,
)
from app.kernel.refusals import Forbidden, Unauthenticated

ACCOUNTS = web.AppKey("accounts", Accounts)
WHO = web.RequestKey("who", Identity)
TOKEN = web.RequestKey("token", str)
COOKIE = "__Host-spom"
LOGIN_PATH = "/login"


class NotYourPage(Forbidden):
    """This page is for another role than yours."""


def routes() -> list[web.RouteDef]:
    return [
        web.get(LOGIN_PATH, show_login),
        web.post(LOGIN_PATH, log_in),
        web.post("/logout", log_out),
    ]


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Finds out who asks; an unsafe request of a login needs its CSRF token."""
    token = request.cookies.get(COOKIE)
    if token:
        identity = await request.app[ACCOUNTS].who(token)
        if identity is not None:
            request[WHO] = identity
            request[TOKEN] = token
            if request.method not in SAFE:
                await _check_csrf(request, token)
    return await handler(request)


async def _check_csrf(request: web.Request, token: str) -> None:
    given = request.headers.get("X-CSRF-Token")
    if given is None and request.content_type == "application/x-www-form-urlencoded":
        given = str((await request.post()).get("csrf_token", ""))
    require_csrf(request, given, token)


def for_role(
    role: Role,
) -> Callable[
    [Callable[[web.Request, Identity], Awaitable[web.StreamResponse]]], Handler
]:
    """The handler gets the Identity; anybody else is refused, or sent to log in."""

    def decorate(
        handler: Callable[[web.Request, Identity], Awaitable[web.StreamResponse]],
    ) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            identity = request.get(WHO)
            if identity is None:
                return _send_to_login(request)
            if identity.role is not role:
                raise NotYourPage
            return await handler(request, identity)

        return guarded

    return decorate


def page_context(request: web.Request) -> dict[str, object]:
    """What every page knows: who is logged in and the CSRF token."""
    identity, token = request.get(WHO), request.get(TOKEN)
    csrf = request.app[SITE].csrf_token(token) if token else ""
    return {"who": identity, "csrf": csrf}


async def show_login(request: web.Request) -> web.StreamResponse:
    if WHO in request:
        return see_other("/")
    return _login_page(request, srn="", error=None)


async def log_in(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    srn, password = str(form.get("srn", "")), str(form.get("password", ""))
    try:
        token = await request.app[ACCOUNTS].log_in(srn, password)
    except WrongLogin as wrong:
        return _login_page(request, srn=srn, error=wrong.message)
    response = see_other("/")
    response.set_cookie(
        COOKIE, token, path="/", secure=True, httponly=True, samesite="Strict"
    )
    return response


async def log_out(request: web.Request) -> web.StreamResponse:
    if TOKEN in request:
        await request.app[ACCOUNTS].log_out(request[TOKEN])
    response = see_other(LOGIN_PATH)
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    return response


def _send_to_login(request: web.Request) -> web.StreamResponse:
    if "text/html" not in request.headers.get("Accept", ""):
        raise Unauthenticated
    return see_other(LOGIN_PATH)


def _login_page(request: web.Request, *, srn: str, error: str | None) -> web.Response:
    context = {"srn": srn, "error": error, "who": None, "csrf": ""}
    status = 401 if error else 200
    return request.app[SITE].page("login.html", context, status=status)
