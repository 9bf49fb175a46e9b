"""All of booking put together for the application: services, pages, payment."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.photos import Photos
from app.adapters.bell import Bell
from app.adapters.payments.choosing import PaySettings
from app.adapters.throttle import Throttle
from app.booking.domain.policy import BookingPolicy
from app.booking.service.desk import BookingDesk, FitnessOf
from app.booking.views import papers_wiring, staff_wiring, student, wiring
from app.booking.views.payments_wiring import payment_routes, wire_payments
from app.portals.service import Portals


class BookingSettings(PaySettings, Protocol):
    """The part of the settings that booking needs."""

    @property
    def booking(self) -> BookingPolicy: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What other slices lend: booking imports nothing of who is above it."""

    house: Gatehouse
    bell: Bell
    portals: Portals
    fitness: FitnessOf
    photos: Photos
    throttle: Throttle


def routes(*, development: bool) -> list[web.RouteDef]:
    return [
        *student.routes(),
        *papers_wiring.routes(),
        *staff_wiring.routes(),
        *payment_routes(development=development),
    ]


async def wire(
    app: web.Application, settings: BookingSettings, it: Parts, stack: AsyncExitStack
) -> BookingDesk:
    desk = BookingDesk(
        house=it.house,
        bell=it.bell,
        policy=settings.booking,
        fitness=it.fitness,
        portals=it.portals,
    )
    wiring.wire(app, desk)
    staff_wiring.wire_staff(app, desk)
    papers_wiring.wire_papers(app, desk, it.photos, it.throttle)
    await wire_payments(app, settings, desk, it.throttle, stack)
    return desk
