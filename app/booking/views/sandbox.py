"""The sandbox's pay page, of development alone: one chooses what the bank does."""

from enum import StrEnum
from urllib.parse import urlencode

from aiohttp import web
from pydantic import Field

from app.accounts.views.guard import page_context
from app.adapters.bodies import Body, read_form
from app.adapters.http import SITE, see_other
from app.adapters.openapi import takes
from app.adapters.payments.sandbox import NoSuchSandboxOrder, Sandbox
from app.booking.domain.papers import ORDER
from app.booking.views.payment_keys import POST, SANDBOX
from app.kernel.money import Money

LATE_S = 20.0
ADDRESS_MOST = 500


class Outcome(StrEnum):
    PAY = "pay"
    LATE = "late"
    TWICE = "twice"
    NEVER = "never"
    LOST = "lost"
    FORGED = "forged"
    FAIL = "fail"
    BACK = "back"


WORDS = {
    Outcome.PAY: "Pay",
    Outcome.LATE: "Pay; the provider's message comes 20 seconds late",
    Outcome.TWICE: "Pay; the provider's message comes twice",
    Outcome.NEVER: "Pay; the provider's message never comes",
    Outcome.LOST: "Pay; no message comes, and this browser does not go back either",
    Outcome.FORGED: "Pay another amount than was asked for",
    Outcome.FAIL: "The bank says no",
    Outcome.BACK: "Go back without paying",
}


class SandboxForm(Body):
    outcome: Outcome
    refuses_refunds: bool = False
    back: str = Field("", max_length=ADDRESS_MOST)
    cancel: str = Field("", max_length=ADDRESS_MOST)


def routes() -> list[web.RouteDef]:
    """Only for development: whoever opens this page pays with nothing."""
    path = "/sandbox/pay/{order}"
    return [web.get(path, show), web.post(path, pay)]


async def show(request: web.Request) -> web.StreamResponse:
    """What is to be paid, and what may happen."""
    given = request.query
    return await _page(request, given.get("back", ""), given.get("cancel", ""))


@takes(form=SandboxForm)
async def pay(request: web.Request) -> web.StreamResponse:
    order = request.match_info["order"]
    form = await read_form(request, SandboxForm)
    if form.outcome is Outcome.BACK:
        await _sandbox(request).order(order)
        return see_other(_of_ours(request, form.cancel, "/tests"))
    if form.outcome is Outcome.FAIL:
        await _sandbox(request).order(order)
        request.app[POST].send(_sandbox(request).failure_of(order))
        return await _page(request, form.back, form.cancel, tells="The bank said no.")
    _, amount = await _sandbox(request).order(order)
    if form.outcome is Outcome.FORGED:
        amount = _another(amount)
    captured = await _sandbox(request).pay(
        order, amount, refuses_refunds=form.refuses_refunds
    )
    message = _sandbox(request).webhook_of(captured)
    after_s = LATE_S if form.outcome is Outcome.LATE else 0.0
    for _ in range(_messages(form.outcome)):
        request.app[POST].send(message, after_s=after_s)
    if form.outcome is Outcome.LOST:
        tells = "Paid, and we were not told. You can close this page."
        return await _page(request, form.back, form.cancel, tells=tells)
    back = _of_ours(request, form.back, "/payments/sandbox/return")
    return see_other(f"{back}?{urlencode(_sandbox(request).return_of(captured))}")


async def _page(
    request: web.Request, back: str, cancel: str, *, tells: str = ""
) -> web.StreamResponse:
    order = request.match_info["order"]
    number, amount = await _sandbox(request).order(order)
    context = {
        **page_context(request),
        "number": ORDER.format(number),
        "amount": amount,
        "outcomes": WORDS,
        "tells": tells,
        "back": back[:ADDRESS_MOST],
        "cancel": cancel[:ADDRESS_MOST],
    }
    return request.app[SITE].page("booking/sandbox.html", context)


def _sandbox(request: web.Request) -> Sandbox:
    """In development with a real provider's keys there is none."""
    found = request.app.get(SANDBOX)
    if found is None:
        raise NoSuchSandboxOrder
    return found


def _messages(outcome: Outcome) -> int:
    if outcome is Outcome.TWICE:
        return 2
    return 0 if outcome in (Outcome.NEVER, Outcome.LOST) else 1


def _another(amount: Money) -> Money:
    less = amount.minor - 100
    return Money(
        minor=less if less > 0 else amount.minor + 100, currency=amount.currency
    )


def _of_ours(request: web.Request, address: str, default: str) -> str:
    """An address of our own site: nobody is sent elsewhere from here."""
    url = request.app[SITE].url
    plain = address.isprintable() and "\\" not in address
    return address if plain and address.startswith(f"{url}/") else f"{url}{default}"
