"""The ledger's routes, and its services put together for the application."""

import asyncio

from aiohttp import web

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.signing import Signer
from app.learning.views.dashboard import add_extras
from app.proctoring.ledger import staff_views, views
from app.proctoring.ledger.corrections import Corrections
from app.proctoring.ledger.mailing import Mailing
from app.proctoring.ledger.service import Ledger
from app.proctoring.service.desk import Desk


def routes() -> list[web.RouteDef]:
    return [*views.routes(), *staff_views.routes()]


def wire(app: web.Application, house: Gatehouse, desk: Desk, signer: Signer) -> None:
    ledger = Ledger(house, desk.policy)
    app[views.LEDGER], app[views.SIGNER] = ledger, signer
    app[views.MAILING] = Mailing(house, ledger, signer)
    app[views.PRESS] = asyncio.Semaphore(1)
    app[staff_views.CORRECTIONS] = Corrections(house, desk.bell)
    add_extras(app, views.record)
