"""What is asked besides: second factors, proof that it is still you, a new password."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.attempts import (
    AttemptOver,
    NoTriesLeft,
    NotThisWay,
    Purpose,
    Way,
)
from app.accounts.domain.people import Identity
from app.accounts.service.entering import Outcome
from app.accounts.views.guard import (
    PROVE_PATH,
    WHO,
    for_everybody,
    safe_next,
)
from app.accounts.views.kit import (
    RENEWAL,
    STEPS,
    attempt_of,
    begin_again,
    browser_of,
    go_on,
    hold_attempt,
    page,
)
from app.accounts.views.login import ENTER_PATH, FIELD_MAX
from app.accounts.views.steps import form, shows
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal

SECOND_PATH, RENEW_PATH = "/login/second", "/login/renew"


class StepForm(Body):
    """`given`: the code or password of the way in the path."""

    given: str = Field(max_length=FIELD_MAX)


class ChannelForm(Body):
    channel: str = Field(pattern="^(sms|email)$")


class NewPasswordForm(Body):
    password: str = Field(max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get(SECOND_PATH, show_second),
        web.post(f"{SECOND_PATH}/send", send_code),
        web.post(f"{SECOND_PATH}/{{way}}", give),
        web.get(PROVE_PATH, prove),
        web.get(RENEW_PATH, show_renew),
        web.post(RENEW_PATH, renew),
    ]


async def second_page(
    request: web.Request, refusal: Refusal | None = None
) -> web.StreamResponse:
    """One more thing that shows it is you."""
    overview = await request.app[STEPS].overview(attempt_of(request), request.get(WHO))
    if not overview.choices and overview.begins_with_code:
        return see_other(ENTER_PATH)
    return page(
        request,
        "login/second.html",
        refusal,
        overview=overview,
        proving=overview.purpose is Purpose.PROVE,
        choices=[str(way) for way in overview.choices],
    )


async def _again(request: web.Request, refusal: Refusal | None) -> web.StreamResponse:
    """After a refusal: the page, if the attempt is still open."""
    try:
        return await second_page(request, refusal)
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over)


renew_page = shows("login/renew.html")


@form(_again, even=True)
async def show_second(request: web.Request) -> web.StreamResponse:
    """One more thing that shows it is you."""
    return await second_page(request)


@takes(form=StepForm)
@form(_again, even=True)
async def give(request: web.Request) -> web.StreamResponse:
    """The way in the path: password, code, totp or recovery."""
    given = await read_form(request, StepForm)
    return go_on(request, await _give(request, given.given))


async def _give(request: web.Request, given: str) -> Outcome:
    steps, token = request.app[STEPS], attempt_of(request)
    browser, who = browser_of(request), request.get(WHO)
    match request.match_info["way"]:
        case "password":
            return await steps.give_password(token, given, browser, who)
        case "code":
            return await steps.give_code(token, given, browser, who)
        case "totp":
            return await steps.give_factor(token, Way.TOTP, given, browser, who)
        case "recovery":
            return await steps.give_factor(token, Way.RECOVERY, given, browser, who)
    raise NotThisWay


@takes(form=ChannelForm)
@form(_again, even=True)
async def send_code(request: web.Request) -> web.StreamResponse:
    """By SMS or e-mail, to a confirmed contact."""
    given = await read_form(request, ChannelForm)
    await request.app[STEPS].send_code(
        attempt_of(request), given.channel, request.get(WHO)
    )
    return see_other(SECOND_PATH)


@for_everybody()
async def prove(request: web.Request, who: Identity) -> web.StreamResponse:
    """Begins the proof that it is still you, and comes back to `next`."""
    go_on_to = safe_next(request.query.get("next", "/"))
    token = await request.app[STEPS].begin_proof(who, go_on_to)
    response = see_other(SECOND_PATH)
    hold_attempt(response, token)
    return response


@form(renew_page)
async def show_renew(request: web.Request) -> web.StreamResponse:
    """A password that has expired is replaced on the way in."""
    attempt_of(request)
    return await renew_page(request, None)


@takes(form=NewPasswordForm)
@form(renew_page)
async def renew(request: web.Request) -> web.StreamResponse:
    """In, with the new password."""
    given = await read_form(request, NewPasswordForm)
    outcome = await request.app[RENEWAL].renew(
        attempt_of(request), given.password, browser_of(request)
    )
    return go_on(request, outcome)
