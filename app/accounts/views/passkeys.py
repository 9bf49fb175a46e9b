"""Logging in with a passkey: two calls of a script on the login pages."""

from aiohttp import web

from app.accounts.service.entering import Entered, Proved
from app.accounts.views.guard import WHO, forget_cookie, safe_next
from app.accounts.views.kit import (
    AFTER,
    ATTEMPT_COOKIE,
    PASSKEY_STEPS,
    attempt_of,
    browser_of,
    hold_attempt,
    let_in,
)
from app.adapters.bodies import Body, read_json
from app.adapters.openapi import takes


class PasskeyAnswer(Body):
    """`credential` is what the browser's `toJSON()` gives."""

    credential: dict[str, object]
    remember: bool = False


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/login/passkey/options", options),
        web.post("/api/login/passkey", answer),
    ]


async def options(request: web.Request) -> web.StreamResponse:
    """For `navigator.credentials.get`; begins an attempt if none is open."""
    held = request.cookies.get(ATTEMPT_COOKIE)
    token, given = await request.app[PASSKEY_STEPS].begin(
        held, browser_of(request), request.get(WHO)
    )
    response = web.json_response(given)
    hold_attempt(response, token)
    return response


@takes(body=PasskeyAnswer)
async def answer(request: web.Request) -> web.StreamResponse:
    """`{"next": path}` when it was right."""
    body = await read_json(request, PasskeyAnswer)
    outcome = await request.app[PASSKEY_STEPS].answer(
        attempt_of(request),
        body.credential,
        browser_of(request),
        request.get(WHO),
        remember=body.remember,
    )
    if isinstance(outcome, Entered):
        response = web.json_response({"next": safe_next(outcome.go_on)})
        let_in(request, response, outcome)
    elif isinstance(outcome, Proved):
        response = web.json_response({"next": safe_next(outcome.go_on)})
        forget_cookie(response, ATTEMPT_COOKIE)
    else:
        response = web.json_response({"next": AFTER[outcome.step]})
    return response
