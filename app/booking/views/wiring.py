"""Booking's services put together for the application."""

from aiohttp import web

from app.booking.service.changing import Changing
from app.booking.service.desk import BookingDesk
from app.booking.service.lines import Lines
from app.booking.service.seats import Seats

DESK = web.AppKey("booking_desk", BookingDesk)
SEATS = web.AppKey("seats", Seats)
CHANGING = web.AppKey("changing", Changing)
LINES = web.AppKey("lines", Lines)


def wire(app: web.Application, desk: BookingDesk) -> None:
    app[DESK] = desk
    app[SEATS], app[CHANGING], app[LINES] = Seats(desk), Changing(desk), Lines(desk)
