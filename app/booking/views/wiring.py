"""Booking's services put together for the application."""

from aiohttp import web

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.bell import Bell
from app.booking.domain.policy import BookingPolicy
from app.booking.service.changing import Changing
from app.booking.service.desk import BookingDesk, FitnessOf
from app.booking.service.lines import Lines
from app.booking.service.seats import Seats
from app.portals.service import Portals

DESK = web.AppKey("booking_desk", BookingDesk)
SEATS = web.AppKey("seats", Seats)
CHANGING = web.AppKey("changing", Changing)
LINES = web.AppKey("lines", Lines)


def wire(
    app: web.Application,
    house: Gatehouse,
    bell: Bell,
    portals: Portals,
    fitness: FitnessOf,
    policy: BookingPolicy,
) -> BookingDesk:
    desk = app[DESK] = BookingDesk(
        house=house, bell=bell, policy=policy, fitness=fitness, portals=portals
    )
    app[SEATS], app[CHANGING], app[LINES] = Seats(desk), Changing(desk), Lines(desk)
    return desk
