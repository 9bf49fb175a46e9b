"""The login page, by password and by one-time code; logging out."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.attempts import AttemptOver, NoTriesLeft
from app.accounts.views.guard import (
    COOKIE,
    LOGIN_PATH,
    LOGINS,
    TOKEN,
    forget_cookie,
)
from app.accounts.views.kit import (
    STEPS,
    WAYS_IN,
    attempt_of,
    begin_again,
    browser_of,
    go_on,
    hold_attempt,
    is_in,
    page,
)
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal

CODE_PATH, ENTER_PATH = "/login/code", "/login/code/enter"
FIELD_MAX = 1000


class PasswordForm(Body):
    srn: str = Field(max_length=FIELD_MAX)
    password: str = Field(max_length=FIELD_MAX)
    remember: bool = False


class NamedForm(Body):
    named: str = Field(max_length=FIELD_MAX)
    remember: bool = False


class CodeForm(Body):
    code: str = Field(max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get(LOGIN_PATH, show_login),
        web.post(LOGIN_PATH, log_in),
        web.get(CODE_PATH, show_ask_code),
        web.post(CODE_PATH, ask_code),
        web.get(ENTER_PATH, show_enter_code),
        web.post(ENTER_PATH, enter_code),
        web.post("/login/code/again", send_again),
        web.post("/logout", log_out),
        web.get("/help", show_help),
    ]


async def show_login(request: web.Request) -> web.StreamResponse:
    """SRN and password, and the other ways in."""
    if is_in(request):
        return see_other("/")
    return _login_page(request)


@takes(form=PasswordForm)
async def log_in(request: web.Request) -> web.StreamResponse:
    srn = ""
    try:
        form = await read_form(request, PasswordForm)
        srn = form.srn
        outcome = await request.app[WAYS_IN].with_password(
            srn, form.password, browser_of(request), remember=form.remember
        )
    except Refusal as refusal:
        return _login_page(request, refusal, srn=srn)
    return go_on(request, outcome)


def _login_page(
    request: web.Request, refusal: Refusal | None = None, srn: str = ""
) -> web.Response:
    return page(request, "login/password.html", refusal, srn=srn)


async def show_ask_code(request: web.Request) -> web.StreamResponse:
    """SRN or mobile number, for a one-time code."""
    if is_in(request):
        return see_other("/")
    return page(request, "login/ask_code.html", named="")


@takes(form=NamedForm)
async def ask_code(request: web.Request) -> web.StreamResponse:
    named = ""
    try:
        form = await read_form(request, NamedForm)
        named = form.named
        token = await request.app[WAYS_IN].ask_code(
            named, browser_of(request), remember=form.remember
        )
    except Refusal as refusal:
        return page(request, "login/ask_code.html", refusal, named=named)
    response = see_other(ENTER_PATH)
    hold_attempt(response, token)
    return response


async def show_enter_code(request: web.Request) -> web.StreamResponse:
    """Where the code that was sent is entered."""
    try:
        overview = await request.app[STEPS].overview(attempt_of(request))
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, CODE_PATH)
    return page(request, "login/enter_code.html", tries_left=overview.tries_left)


@takes(form=CodeForm)
async def enter_code(request: web.Request) -> web.StreamResponse:
    try:
        form = await read_form(request, CodeForm)
        outcome = await request.app[STEPS].give_code(
            attempt_of(request), form.code, browser_of(request)
        )
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, CODE_PATH)
    except Refusal as refusal:
        return page(request, "login/enter_code.html", refusal, tries_left=None)
    return go_on(request, outcome)


async def send_again(request: web.Request) -> web.StreamResponse:
    try:
        await request.app[STEPS].send_code(attempt_of(request), "sms")
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, CODE_PATH)
    except Refusal as refusal:
        return page(request, "login/enter_code.html", refusal, tries_left=None)
    return see_other(ENTER_PATH)


async def log_out(request: web.Request) -> web.StreamResponse:
    """Ends the login itself, not only its cookie."""
    if TOKEN in request:
        await request.app[LOGINS].log_out(request[TOKEN])
    response = see_other(f"{LOGIN_PATH}?said=out")
    forget_cookie(response, COOKIE)
    # The browser forgets what pages kept of us; the device's own cookie stays.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


async def show_help(request: web.Request) -> web.StreamResponse:
    """What one needs, and what to do when something does not work."""
    return page(request, "help.html")
