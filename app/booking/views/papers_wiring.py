"""Papers, door and reminders put together for the application."""

import asyncio

from aiohttp import web

from app.accounts.service.photos import Photos
from app.adapters.throttle import Throttle
from app.booking.service.absences import Absences
from app.booking.service.desk import BookingDesk
from app.booking.service.door import Door
from app.booking.service.papers import Papers
from app.booking.views import absences, door, papers


def routes() -> list[web.RouteDef]:
    # Before the door: there, 'absent' would be a slot.
    return [*papers.routes(), *absences.routes(), *door.routes()]


def wire_papers(
    app: web.Application, desk: BookingDesk, photos: Photos, throttle: Throttle
) -> None:
    app[papers.PAPERS] = Papers(desk, photos, throttle)
    app[papers.PRESS] = asyncio.Semaphore(1)
    app[absences.ABSENCES] = Absences(desk)
    app[door.DOOR] = Door(desk, photos, throttle)
