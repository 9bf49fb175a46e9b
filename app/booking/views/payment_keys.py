"""Where the views of payment find what they need."""

from aiohttp import web

from app.adapters.payments import Provider
from app.adapters.payments.sandbox import Sandbox
from app.adapters.payments.sandbox_post import SandboxPost
from app.adapters.throttle import Throttle
from app.booking.service.paying import Paying
from app.booking.service.reconciling import Reconciling
from app.booking.service.refunds import Refunds

PROVIDER: web.AppKey[Provider] = web.AppKey("provider")
PAYING = web.AppKey("paying", Paying)
REFUNDS = web.AppKey("refunds", Refunds)
RECONCILING = web.AppKey("reconciling", Reconciling)
THROTTLE = web.AppKey("payment_throttle", Throttle)
SANDBOX = web.AppKey("sandbox", Sandbox)
POST = web.AppKey("sandbox_post", SandboxPost)
