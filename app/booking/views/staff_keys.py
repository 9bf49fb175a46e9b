"""Where the staff's views of booking find what they need, and what they share."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from aiohttp import web

from app.accounts.views.kit import page
from app.adapters.bodies import read_fields
from app.booking.domain.planning_refusals import NoSuchCentre
from app.booking.domain.refusals import NoSuchSlot
from app.booking.service.centres import Centres
from app.booking.service.planning import Planning
from app.booking.service.reports import Reports
from app.booking.service.slot_cancelling import SlotCancelling
from app.booking.service.slot_changes import SlotChanges
from app.kernel.ids import CentreId, SlotId
from app.kernel.refusals import Refusal

CENTRES = web.AppKey("centres", Centres)
PLANNING = web.AppKey("planning", Planning)
SLOT_CHANGES = web.AppKey("slot_changes", SlotChanges)
SLOT_CANCELLING = web.AppKey("slot_cancelling", SlotCancelling)
REPORTS = web.AppKey("booking_reports", Reports)
CENTRES_PATH, SLOTS_PATH = "/staff/centres", "/staff/slots"
BOOKINGS_PATH = "/staff/bookings"
TEXT_MAX, TYPED_MAX = 1_000, 400
EMPTY: Mapping[str, str] = {}


def centre_in(request: web.Request) -> CentreId:
    """Of the path. Raises NoSuchCentre."""
    return centre_of(request.match_info["centre"])


def centre_of(text: str) -> CentreId:
    """Raises NoSuchCentre."""
    try:
        return CentreId(UUID(text))
    except ValueError as error:
        raise NoSuchCentre from error


def slot_in(request: web.Request) -> SlotId:
    """Of the path. Raises NoSuchSlot."""
    try:
        return SlotId(UUID(request.match_info["slot"]))
    except ValueError as error:
        raise NoSuchSlot from error


async def typed(
    request: web.Request, usual: Mapping[str, str] = EMPTY
) -> Mapping[str, str]:
    """What was typed into a form that is shown again; at first what is `usual`. A
    field that is not there is empty."""
    if request.method != "POST":
        return defaultdict(str, usual)
    try:
        fields = await read_fields(request)
    except Refusal:
        return defaultdict(str, usual)
    given = {
        name: ",".join(str(it) for it in fields.getall(name))[:TYPED_MAX]
        for name in fields
        if name != "csrf_token"
    }
    return defaultdict(str, given or usual)


def told_page(
    request: web.Request,
    template: str,
    refusal: Refusal | None = None,
    **context: object,
) -> web.Response:
    """A page that also says what an act of ours has just done."""
    told = told_in(request)
    if told is not None:
        context["said"] = told
    return page(request, template, refusal, **context)


def told_in(request: web.Request) -> str | None:
    """What an act of ours before says, by number: a link puts no words in our mouth."""
    for name, words in TOLD.items():
        count = request.query.get(name, "")
        if count.isascii() and count.isdigit() and len(count) <= 6:
            return words.format(int(count))
    return None


TOLD = {
    "told": "Done. It is in the trail. Letters written: {}.",
    "made": "Done. New slots: {}.",
    "cancelled": "The slot is cancelled. Bookings ended, with their money on its way "
    "back: {}. Everybody concerned gets a letter.",
}
