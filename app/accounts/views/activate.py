"""The first time: SRN, a code, a password."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.attempts import AttemptOver, NoTriesLeft
from app.accounts.views.kit import (
    ACTIVATION,
    STEPS,
    attempt_of,
    begin_again,
    browser_of,
    enter,
    go_on,
    hold_attempt,
    page,
)
from app.accounts.views.login import FIELD_MAX, CodeForm
from app.accounts.views.second import ChannelForm, NewPasswordForm
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal

ACTIVATE_PATH = "/activate"
CODE_PATH, PASSWORD_PATH = "/activate/code", "/activate/password"


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
    return page(request, "activate/ask.html", srn="")


@takes(form=AskForm)
async def ask(request: web.Request) -> web.StreamResponse:
    srn = ""
    try:
        form = await read_form(request, AskForm)
        srn = form.srn
        token = await request.app[ACTIVATION].ask(
            srn, form.channel, browser_of(request)
        )
    except Refusal as refusal:
        return page(request, "activate/ask.html", refusal, srn=srn)
    response = see_other(CODE_PATH)
    hold_attempt(response, token)
    return response


async def show_code(request: web.Request) -> web.StreamResponse:
    """Where the code that was sent is entered."""
    try:
        await request.app[STEPS].overview(attempt_of(request))
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, ACTIVATE_PATH)
    return page(request, "activate/code.html")


@takes(form=CodeForm)
async def give_code(request: web.Request) -> web.StreamResponse:
    try:
        form = await read_form(request, CodeForm)
        outcome = await request.app[STEPS].give_code(
            attempt_of(request), form.code, browser_of(request)
        )
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, ACTIVATE_PATH)
    except Refusal as refusal:
        return page(request, "activate/code.html", refusal)
    return go_on(request, outcome)


@takes(form=ChannelForm)
async def send_again(request: web.Request) -> web.StreamResponse:
    try:
        form = await read_form(request, ChannelForm)
        await request.app[ACTIVATION].send_again(attempt_of(request), form.channel)
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, ACTIVATE_PATH)
    except Refusal as refusal:
        return page(request, "activate/code.html", refusal)
    return see_other(CODE_PATH)


async def show_password(request: web.Request) -> web.StreamResponse:
    """After the code: the first password."""
    try:
        await request.app[STEPS].overview(attempt_of(request))
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, ACTIVATE_PATH)
    return page(request, "activate/password.html")


@takes(form=NewPasswordForm)
async def choose_password(request: web.Request) -> web.StreamResponse:
    """In, and on to the profile, where the other contact is confirmed."""
    try:
        form = await read_form(request, NewPasswordForm)
        entered = await request.app[ACTIVATION].choose_password(
            attempt_of(request), form.password, browser_of(request)
        )
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, ACTIVATE_PATH)
    except Refusal as refusal:
        return page(request, "activate/password.html", refusal)
    return enter(request, entered, "/account?said=welcome")
