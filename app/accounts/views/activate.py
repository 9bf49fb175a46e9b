"""The first time: SRN, a code, a password."""

from aiohttp import web
from pydantic import Field

from app.accounts.views.kit import (
    ACTIVATION,
    STEPS,
    attempt_of,
    browser_of,
    enter,
    go_on,
    hold_attempt,
)
from app.accounts.views.login import FIELD_MAX, CodeForm
from app.accounts.views.second import ChannelForm, NewPasswordForm
from app.accounts.views.steps import form, shows
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes

ACTIVATE_PATH = "/activate"
CODE_PATH, PASSWORD_PATH = "/activate/code", "/activate/password"

ask_page = shows("activate/ask.html", "srn")
code_page = shows("activate/code.html")
password_page = shows("activate/password.html")


class AskForm(Body):
    srn: str = Field(max_length=FIELD_MAX)
    channel: str = Field("sms", pattern="^(sms|email)$")


def routes() -> list[web.RouteDef]:
    return [
        web.get(ACTIVATE_PATH, show_ask),
        web.post(ACTIVATE_PATH, ask),
        web.get(CODE_PATH, show_code),
        web.post(CODE_PATH, give_code),
        web.post("/activate/again", send_again),
        web.get(PASSWORD_PATH, show_password),
        web.post(PASSWORD_PATH, choose_password),
    ]


async def show_ask(request: web.Request) -> web.StreamResponse:
    """SRN, and where the code should go."""
    return await ask_page(request, None)


@takes(form=AskForm)
@form(ask_page, even=True)
async def ask(request: web.Request) -> web.StreamResponse:
    """The same for everybody, on the roster or not."""
    given = await read_form(request, AskForm)
    token = await request.app[ACTIVATION].ask(
        given.srn, given.channel, browser_of(request)
    )
    response = see_other(CODE_PATH)
    hold_attempt(response, token)
    return response


@form(code_page, begins=ACTIVATE_PATH, even=True)
async def show_code(request: web.Request) -> web.StreamResponse:
    """Where the code that was sent is entered."""
    await request.app[STEPS].overview(attempt_of(request))
    return await code_page(request, None)


@takes(form=CodeForm)
@form(code_page, begins=ACTIVATE_PATH, even=True)
async def give_code(request: web.Request) -> web.StreamResponse:
    """On to choosing a password."""
    given = await read_form(request, CodeForm)
    outcome = await request.app[STEPS].give_code(
        attempt_of(request), given.code, browser_of(request)
    )
    return go_on(request, outcome)


@takes(form=ChannelForm)
@form(code_page, begins=ACTIVATE_PATH, even=True)
async def send_again(request: web.Request) -> web.StreamResponse:
    """By the same channel or the other."""
    given = await read_form(request, ChannelForm)
    await request.app[ACTIVATION].send_again(attempt_of(request), given.channel)
    return see_other(CODE_PATH)


@form(password_page, begins=ACTIVATE_PATH)
async def show_password(request: web.Request) -> web.StreamResponse:
    """After the code: the first password."""
    await request.app[STEPS].overview(attempt_of(request))
    return await password_page(request, None)


@takes(form=NewPasswordForm)
@form(password_page, begins=ACTIVATE_PATH)
async def choose_password(request: web.Request) -> web.StreamResponse:
    """In, and on to the profile, where the other contact is confirmed."""
    given = await read_form(request, NewPasswordForm)
    entered = await request.app[ACTIVATION].choose_password(
        attempt_of(request), given.password, browser_of(request)
    )
    return enter(request, entered, "/account?said=welcome")
