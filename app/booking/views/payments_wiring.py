"""Payment put together for the application: the provider, and what hears of it."""

from contextlib import AsyncExitStack

from aiohttp import web

from app.adapters.http import SITE
from app.adapters.payments import Provider
from app.adapters.payments.choosing import PaySettings, choose
from app.adapters.payments.sandbox import Sandbox
from app.adapters.payments.sandbox_post import SandboxPost
from app.adapters.tasks import alongside, restarted
from app.adapters.throttle import Throttle
from app.booking.service.desk import BookingDesk
from app.booking.service.paying import Paying
from app.booking.service.reconciling import Reconciling
from app.booking.service.refunds import Refunds
from app.booking.views import payments, sandbox
from app.booking.views.payment_keys import (
    PAYING,
    POST,
    PROVIDER,
    RECONCILING,
    REFUNDS,
    SANDBOX,
    THROTTLE,
)


def payment_routes(*, development: bool) -> list[web.RouteDef]:
    return [*payments.routes(), *(sandbox.routes() if development else ())]


async def wire_payments(
    app: web.Application,
    settings: PaySettings,
    desk: BookingDesk,
    throttle: Throttle,
    stack: AsyncExitStack,
) -> None:
    """What the views of payment find in the application: app[PAYING], app[REFUNDS],
    app[RECONCILING] and app[PROVIDER]."""
    provider = app[PROVIDER] = choose(settings, desk.db, desk.clock)
    app[PAYING], app[REFUNDS] = Paying(desk, provider), Refunds(desk, provider)
    app[RECONCILING] = Reconciling(desk, provider)
    app[THROTTLE] = throttle
    app[SITE].outside.update(_outside(provider))
    if isinstance(provider, Sandbox):
        app[SANDBOX] = provider
        post = app[POST] = SandboxPost(app[SITE].url)
        work = restarted("sandbox_post", post.run)
        await stack.enter_async_context(alongside(work))


def _outside(provider: Provider) -> set[str]:
    """The sandbox is of our own origin, and nobody else sends to its paths."""
    if isinstance(provider, Sandbox):
        return set()
    path = f"/payments/{provider.name}"
    return {f"{path}/webhook", f"{path}/return"} if provider.origins else set()
