"""The staff's part of booking put together: centres, slots, reports."""

from aiohttp import web

from app.adapters.http import SITE
from app.booking.service.centres import Centres
from app.booking.service.desk import BookingDesk
from app.booking.service.planning import Planning
from app.booking.service.reports import Reports
from app.booking.service.slot_cancelling import SlotCancelling
from app.booking.service.slot_changes import SlotChanges
from app.booking.views import (
    staff_centres,
    staff_move,
    staff_people,
    staff_reports,
    staff_slot,
    staff_slot_sheet,
    staff_slots,
)
from app.booking.views.staff_keys import (
    CENTRES,
    PLANNING,
    REPORTS,
    SLOT_CANCELLING,
    SLOT_CHANGES,
)


def routes() -> list[web.RouteDef]:
    """Paths with a name in them before those with an id."""
    return [
        *staff_centres.routes(),
        *staff_slots.routes(),
        *staff_slot_sheet.routes(),
        *staff_slot.routes(),
        *staff_move.routes(),
        *staff_people.routes(),
        *staff_reports.routes(),
    ]


def wire_staff(app: web.Application, desk: BookingDesk) -> None:
    """Reports also need app[REFUNDS] and app[RECONCILING] of payments_wiring."""
    app[CENTRES], app[PLANNING] = Centres(desk), Planning(desk)
    app[SLOT_CHANGES], app[SLOT_CANCELLING] = SlotChanges(desk), SlotCancelling(desk)
    app[REPORTS] = Reports(desk)
    app[SITE].roomy.update(staff_slot_sheet.ROOMY)
