"""Logging in with a passkey: two calls of a script on the login pages."""

from aiohttp import web

from app.accounts.service.entering import Entered, Onward
from app.accounts.views.guard import WHO, forget_cookie, safe_next, set_cookie
from app.accounts.views.kit import (
    AFTER,
    ATTEMPT_COOKIE,
    PASSKEY_STEPS,
    attempt_of,
    browser_of,
    let_in,
)
from app.adapters.bodies import Body, read_json
from app.adapters.openapi import takes

# Not the attempt's own cookie: a suggestion that was asked for when the login page
# opened may be answered while a password is on its way.
PASSKEY_COOKIE = "__Host-spom-passkey"


class PasskeyAsked(Body):
    """`second`: as the next way of an attempt that has begun."""

    second: bool = False


class PasskeyAnswer(Body):
    """`credential` is what the browser's `toJSON()` gives."""

    credential: dict[str, object]
    second: bool = False
    remember: bool = False


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/login/passkey/options", options),
        web.post("/api/login/passkey", answer),
    ]


@takes(body=PasskeyAsked)
async def options(request: web.Request) -> web.StreamResponse:
    """For `navigator.credentials.get`."""
    steps, body = request.app[PASSKEY_STEPS], await read_json(request, PasskeyAsked)
    if body.second:
        given = await steps.go_on(attempt_of(request), request.get(WHO))
        return web.json_response(given)
    token, given = await steps.begin(browser_of(request))
    response = web.json_response(given)
    set_cookie(response, PASSKEY_COOKIE, token)
    return response


@takes(body=PasskeyAnswer)
async def answer(request: web.Request) -> web.StreamResponse:
    """`{"next": path}` when it was right."""
    body = await read_json(request, PasskeyAnswer)
    own = request.cookies.get(PASSKEY_COOKIE, "")
    outcome = await request.app[PASSKEY_STEPS].answer(
        attempt_of(request) if body.second else own,
        body.credential,
        browser_of(request),
        request.get(WHO),
        remember=body.remember,
    )
    if isinstance(outcome, Onward):
        return web.json_response({"next": AFTER[outcome.step]})
    response = web.json_response({"next": safe_next(outcome.go_on)})
    if isinstance(outcome, Entered):
        let_in(request, response, outcome)
    forget_cookie(response, PASSKEY_COOKIE)
    forget_cookie(response, ATTEMPT_COOKIE)
    return response
