"""Where a payment provider tells us of money, and where browsers come back from it.

Nobody is logged in here: what counts is the provider's signature, and what it answers
when we ask.
"""

from collections.abc import Mapping

import structlog
from aiohttp import web

from app.accounts.views.guard import page_context
from app.adapters.bodies import BadBody, SlowBody, read_fields, read_whole
from app.adapters.faults import kind_of
from app.adapters.http import SITE, client_address
from app.adapters.payments import BadSignature, Provider
from app.adapters.throttle import Rate, Throttled
from app.booking.service.returning import seat_paid_for
from app.booking.service.told import seat_path
from app.booking.views.payment_keys import PAYING, PROVIDER, REFUNDS, THROTTLE
from app.booking.views.wiring import DESK
from app.kernel.refusals import NotFound, Unavailable

RETURNS = Rate(name="payment-return", burst=200, every_s=0.5)
"""From one address: a college behind one network comes back at once, too."""
NOWHERE = "/tests"

log = structlog.get_logger()


class OtherPaymentProvider(NotFound):
    """This payment provider is not ours."""


def routes() -> list[web.RouteDef]:
    return [
        web.post("/payments/{provider}/webhook", webhook),
        web.get("/payments/{provider}/return", come_back, allow_head=False),
        web.post("/payments/{provider}/return", come_back),
    ]


async def webhook(request: web.Request) -> web.StreamResponse:
    """Signed by the payment provider: what it says of payments and refunds. 200 for
    what is known already, too; whatever is not 200 is to be sent again."""
    provider = _ours(request)
    told = provider.read_webhook(request.headers, await read_whole(request))
    for payment in told.payments:
        await request.app[PAYING].settle(payment)
    for failed in told.failed:
        await request.app[PAYING].failed(failed)
    for refund in told.refunds:
        await request.app[REFUNDS].heard(refund)
    return web.json_response(
        {"heard": len(told.payments) + len(told.failed) + len(told.refunds)}
    )


async def come_back(request: web.Request) -> web.StreamResponse:
    """From paying. This page goes on by itself: the log-in's cookie is not sent with a
    request that another site began, but with the one that this page begins."""
    onward = await _onward(request)
    context = {**page_context(request), "onward": onward, "paid": onward != NOWHERE}
    return request.app[SITE].page("booking/return.html", context)


async def _onward(request: web.Request) -> str:
    """The page of the seat that was paid for, once we have asked the provider."""
    try:
        address = client_address(request)
        await request.app[THROTTLE].take(RETURNS, address)
        order = _ours(request).read_return(await _fields(request))
    except (OtherPaymentProvider, BadSignature, Throttled, BadBody, SlowBody) as error:
        log.info("return_unread", error=kind_of(error))
        return NOWHERE
    try:
        await request.app[PAYING].learn(order)
    except Unavailable as error:
        # A webhook or the keeper brings it.
        log.info("return_unasked", error=kind_of(error))
    try:
        provider = request.app[PROVIDER].name
        seat = await seat_paid_for(request.app[DESK], provider, order)
    except Unavailable:
        return NOWHERE
    return f"{seat_path(seat)}?paid=1" if seat else NOWHERE


async def _fields(request: web.Request) -> Mapping[str, str]:
    given = request.query if request.method == "GET" else await read_fields(request)
    return {name: it for name, it in given.items() if isinstance(it, str)}


def _ours(request: web.Request) -> Provider:
    """Raises OtherPaymentProvider."""
    provider = request.app[PROVIDER]
    if request.match_info["provider"] != provider.name:
        raise OtherPaymentProvider
    return provider
