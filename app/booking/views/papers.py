"""Receipt, admit card and calendar entry of a seat, to take along."""

import asyncio
from uuid import UUID

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.staff_kit import HELPERS
from app.booking.domain.calendar import ics
from app.booking.domain.papers import Receipt
from app.booking.domain.refusals import NoSuchSeat
from app.booking.papers.admit import admit_pdf
from app.booking.papers.receipt import receipt_pdf
from app.booking.service.papers import Papers
from app.kernel.ids import SeatId

PAPERS = web.AppKey("papers", Papers)
PRESS = web.AppKey("booking_press", asyncio.Semaphore)
"""One PDF is drawn at a time: it takes a whole core for tenths of a second."""
SEAT = "/tests/seats/{seat}"


def routes() -> list[web.RouteDef]:
    return [
        web.get(f"{SEAT}/receipt.pdf", download_receipt),
        web.get(f"{SEAT}/admit.pdf", download_admit),
        web.get(f"{SEAT}/test.ics", download_entry),
        web.get("/staff/bookings/seats/{seat}/receipt.pdf", show_receipt),
    ]


@for_role(Role.STUDENT)
async def download_receipt(request: web.Request, who: Identity) -> web.StreamResponse:
    """What was paid for a seat of mine, what is kept, and what comes back."""
    receipt = await request.app[PAPERS].receipt(who.account, seat_in(request))
    return await _receipt(request, receipt)


@for_role(*HELPERS)
async def show_receipt(request: web.Request, who: Identity) -> web.StreamResponse:
    """A student's receipt, for the helpdesk; the trail has who looked."""
    receipt = await request.app[PAPERS].receipt_for(who.account, seat_in(request))
    return await _receipt(request, receipt)


@for_role(Role.STUDENT)
async def download_admit(request: web.Request, who: Identity) -> web.StreamResponse:
    """What opens the door, while the seat is booked."""
    card = await request.app[PAPERS].admit(who.account, seat_in(request))
    async with request.app[PRESS]:
        paper = await asyncio.to_thread(admit_pdf, card)
    return _file(paper, "application/pdf", f"admit-{card.seat.order_number}.pdf")


@for_role(Role.STUDENT)
async def download_entry(request: web.Request, who: Identity) -> web.StreamResponse:
    """The test for a calendar; a newer one replaces it, or cancels it."""
    number, entry = await request.app[PAPERS].entry(who.account, seat_in(request))
    response = _file(ics(entry), "text/calendar", f"test-{number}.ics")
    method = "CANCEL" if entry.cancelled else "PUBLISH"
    response.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={method}"
    return response


async def _receipt(request: web.Request, receipt: Receipt) -> web.Response:
    async with request.app[PRESS]:
        paper = await asyncio.to_thread(receipt_pdf, receipt)
    return _file(paper, "application/pdf", f"receipt-{receipt.number}.pdf")


def seat_in(request: web.Request) -> SeatId:
    """Of the path. Raises NoSuchSeat."""
    try:
        return SeatId(UUID(request.match_info["seat"]))
    except ValueError as error:
        raise NoSuchSeat from error


def _file(body: bytes, kind: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=kind, headers=headers)
