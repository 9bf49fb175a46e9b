"""What the pages of accounts share: services, the browser, cookies, outcomes."""

from aiohttp import web

from app.accounts.domain.attempts import AttemptOver, NoTriesLeft, Step
from app.accounts.service.activation import Activation
from app.accounts.service.browsers import Browser
from app.accounts.service.contacts import Contacts
from app.accounts.service.entering import Entered, Outcome, Proved
from app.accounts.service.passkey_steps import PasskeySteps
from app.accounts.service.passwords import PasswordChoice
from app.accounts.service.people import People
from app.accounts.service.renewal import Renewal
from app.accounts.service.resets import Resets
from app.accounts.service.steps import Steps
from app.accounts.service.ways_in import WaysIn
from app.accounts.views.guard import (
    COOKIE,
    LOGIN_PATH,
    POLICY,
    WHO,
    forget_cookie,
    page_context,
    safe_next,
    set_cookie,
)
from app.adapters.http import SITE, client_address, see_other, status_of, wait_headers
from app.adapters.places import Places, browser_name, network_of
from app.kernel.refusals import Refusal

WAYS_IN = web.AppKey("ways_in", WaysIn)
STEPS = web.AppKey("steps", Steps)
PASSKEY_STEPS = web.AppKey("passkey_steps", PasskeySteps)
ACTIVATION = web.AppKey("activation", Activation)
RENEWAL = web.AppKey("renewal", Renewal)
RESETS = web.AppKey("resets", Resets)
CONTACTS = web.AppKey("contacts", Contacts)
PEOPLE = web.AppKey("people", People)
PASSWORDS = web.AppKey("password_choice", PasswordChoice)
PLACES = web.AppKey("places", Places)

DEVICE_COOKIE, ATTEMPT_COOKIE = "__Host-spom-device", "__Host-spom-attempt"
DEVICE_DAYS = 400
AFTER = {
    Step.SECOND: "/login/second",
    Step.RENEW: "/login/renew",
    Step.CHOOSE: "/activate/password",
}
SAID = {
    "over": AttemptOver.__doc__,
    "tries": NoTriesLeft.__doc__,
    "password": "Your new password is set. Log in with it.",
    "ended": "You are logged out on every device.",
    "out": "You are logged out.",
    "welcome": "Welcome. Your account is active. Please look over your details.",
    "confirmed": "Confirmed. Thank you.",
    "saved": "Saved.",
    "changed": "Your password is changed. Your other devices are logged out.",
    "one": "That device is logged out.",
    "done": "Done. It is in the trail.",
    "invited": "Invited. They get a letter with what to do.",
    "wished": "Thank you. Your institution has been asked; you will hear from us.",
    "asked": "Thank you. A person looks at your photo; you will hear from us.",
}
"""Sentences a page may be asked to say, by name: a link puts no words in our mouth."""


def browser_of(request: web.Request) -> Browser:
    address = client_address(request)
    return Browser(
        device=request.cookies.get(DEVICE_COOKIE),
        network=network_of(address),
        address=address,
        place=request.app[PLACES].of(address),
        name=browser_name(request.headers.get("User-Agent", "")),
    )


def attempt_of(request: web.Request) -> str:
    """The token of the attempt this browser holds. Raises AttemptOver."""
    token = request.cookies.get(ATTEMPT_COOKIE)
    if not token:
        raise AttemptOver
    return token


def hold_attempt(response: web.StreamResponse, token: str) -> None:
    set_cookie(response, ATTEMPT_COOKIE, token)


def go_on(request: web.Request, outcome: Outcome) -> web.Response:
    """The page after a step that was right, with the cookies it earned."""
    if isinstance(outcome, Entered):
        return enter(request, outcome)
    if isinstance(outcome, Proved):
        response = see_other(safe_next(outcome.go_on))
        forget_cookie(response, ATTEMPT_COOKIE)
        return response
    response = see_other(AFTER[outcome.step])
    hold_attempt(response, outcome.attempt)
    return response


def enter(
    request: web.Request, entered: Entered, path: str | None = None
) -> web.Response:
    response = see_other(path or safe_next(entered.go_on))
    let_in(request, response, entered)
    return response


def let_in(
    request: web.Request, response: web.StreamResponse, entered: Entered
) -> None:
    days = request.app[POLICY].remember_days if entered.remembered else None
    set_cookie(response, COOKIE, entered.token, days=days)
    set_cookie(response, DEVICE_COOKIE, entered.device, days=DEVICE_DAYS)
    forget_cookie(response, ATTEMPT_COOKIE)


def begin_again(refusal: Refusal, path: str = LOGIN_PATH) -> web.Response:
    """The attempt is over: to where it begins, which says why."""
    said = "tries" if isinstance(refusal, NoTriesLeft) else "over"
    response = see_other(f"{path}?said={said}")
    forget_cookie(response, ATTEMPT_COOKIE)
    return response


def page(
    request: web.Request,
    template: str,
    refusal: Refusal | None = None,
    **context: object,
) -> web.Response:
    """The page; with a refusal, its words on top and its status."""
    until = refusal.details.get("until") if refusal else None
    shown = {
        **page_context(request),
        "error": refusal.message if refusal else None,
        "until": until,
        "said": SAID.get(request.query.get("said", "")),
        **context,
    }
    status = status_of(refusal) if refusal else 200
    response = request.app[SITE].page(template, shown, status=status)
    if refusal is not None:
        response.headers.update(wait_headers(refusal))
    return response


def is_in(request: web.Request) -> bool:
    return WHO in request
