"""Results, certificates and accommodation put together for the application."""

import asyncio

from aiohttp import web

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.signing import Signer
from app.adapters.throttle import Throttle
from app.exams.domain.policy import ExamsPolicy
from app.exams.service.accommodations import Accommodations
from app.exams.service.graders import Graders, open_graders
from app.exams.service.telling import UndecidedOf
from app.exams.views import (
    accommodation,
    annulling,
    certificates,
    results,
    staff_results,
    withdrawing,
)
from app.learning.views.dashboard import add_extras


def routes() -> list[web.RouteDef]:
    return [
        *results.routes(),
        *certificates.routes(),
        *staff_results.routes(),
        *annulling.routes(),
        *withdrawing.routes(),
        *accommodation.routes(),
    ]


def wire_results(
    app: web.Application,
    house: Gatehouse,
    throttle: Throttle,
    signer: Signer,
    policy: ExamsPolicy,
    undecided_of: UndecidedOf,
) -> Graders:
    """After the ledger is wired: the dashboard shows results besides."""
    it = open_graders(house, signer, policy, undecided_of)
    app[results.RESULTS] = it.results
    app[certificates.CERTIFICATES] = it.certificates
    app[certificates.SIGNER], app[certificates.THROTTLE] = signer, throttle
    app[certificates.PRESS] = asyncio.Semaphore(1)
    app[withdrawing.GRADING] = it.grading
    app[annulling.ANNULLING] = it.annulling
    app[accommodation.ACCOMMODATIONS] = Accommodations(house)
    add_extras(app, results.on_dashboard)
    return it
