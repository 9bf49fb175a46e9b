"""The login page, by password and by one-time code; logging out."""

from aiohttp import web
from pydantic import Field

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
    browser_of,
    go_on,
    hold_attempt,
    is_in,
)
from app.accounts.views.steps import form, shows
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes

CODE_PATH, ENTER_PATH = "/login/code", "/login/code/enter"
FIELD_MAX = 1000

password_page = shows("login/password.html", "srn")
ask_page = shows("login/ask_code.html", "named")
enter_page = shows("login/enter_code.html")


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
    ]


async def show_login(request: web.Request) -> web.StreamResponse:
    """SRN and password, and the other ways in."""
    return see_other("/") if is_in(request) else await password_page(request, None)


@takes(form=PasswordForm)
@form(password_page)
async def log_in(request: web.Request) -> web.StreamResponse:
    """On to the start page, or to one more step."""
    given = await read_form(request, PasswordForm)
    outcome = await request.app[WAYS_IN].with_password(
        given.srn, given.password, browser_of(request), remember=given.remember
    )
    return go_on(request, outcome)


async def show_ask_code(request: web.Request) -> web.StreamResponse:
    """SRN or mobile number, for a one-time code."""
    return see_other("/") if is_in(request) else await ask_page(request, None)


@takes(form=NamedForm)
@form(ask_page, even=True)
async def ask_code(request: web.Request) -> web.StreamResponse:
    """The same for everybody, known or not."""
    given = await read_form(request, NamedForm)
    token = await request.app[WAYS_IN].ask_code(
        given.named, browser_of(request), remember=given.remember
    )
    response = see_other(ENTER_PATH)
    hold_attempt(response, token)
    return response


@form(enter_page, begins=CODE_PATH, even=True)
async def show_enter_code(request: web.Request) -> web.StreamResponse:
    """Where the code that was sent is entered."""
    await request.app[STEPS].overview(attempt_of(request))
    return await enter_page(request, None)


@takes(form=CodeForm)
@form(enter_page, begins=CODE_PATH, even=True)
async def enter_code(request: web.Request) -> web.StreamResponse:
    """On to the start page, or to one more step."""
    given = await read_form(request, CodeForm)
    outcome = await request.app[STEPS].give_code(
        attempt_of(request), given.code, browser_of(request)
    )
    return go_on(request, outcome)


@form(enter_page, begins=CODE_PATH, even=True)
async def send_again(request: web.Request) -> web.StreamResponse:
    """Makes the code before it worthless."""
    await request.app[STEPS].send_code(attempt_of(request), "sms")
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
