"""Reports: how full slots are, what came in, what goes back."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import CLOCK, for_role
from app.accounts.views.kit import page
from app.accounts.views.staff_kit import HELPERS
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.booking.domain.refunds import NoSuchRefund
from app.booking.domain.report_sheets import occupancy_csv, refunds_csv, revenue_csv
from app.booking.domain.reports import (
    BadPeriod,
    Period,
    by_centre,
    by_currency,
    coming,
    past,
    period_of,
)
from app.booking.views.payment_keys import RECONCILING, REFUNDS
from app.booking.views.staff_keys import BOOKINGS_PATH, REPORTS, TEXT_MAX
from app.booking.views.staff_words import (
    DIFFERENCES,
    REASONS,
    STATES,
    WHAT_TO_DO,
    how_of,
    id_of,
)
from app.kernel.refusals import Refusal

REFUND_PATH = f"{BOOKINGS_PATH}/refunds/{{refund}}"
SLOTS_SHOWN = 200


class SettleForm(Body):
    """`how`: how the money was given back, for the books."""

    how: str = Field("", max_length=TEXT_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get(BOOKINGS_PATH, show_bookings),
        web.get(f"{BOOKINGS_PATH}/occupancy.csv", export_occupancy),
        web.get(f"{BOOKINGS_PATH}/revenue.csv", export_revenue),
        web.get(f"{BOOKINGS_PATH}/refunds.csv", export_refunds),
        web.get(f"{BOOKINGS_PATH}/reconcile", reconcile),
        web.post(f"{REFUND_PATH}/again", try_again),
        web.post(f"{REFUND_PATH}/settle", settle_by_hand),
    ]


@for_role(*HELPERS)
async def show_bookings(request: web.Request, who: Identity) -> web.StreamResponse:
    """Occupancy of the coming days, money of the past ones, and refunds."""
    return await bookings_page(request, who)


async def bookings_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    reports, now = request.app[REPORTS], request.app[CLOCK].now()
    period, paid = coming(now), past(now)
    try:
        period = _period(request, "since", "until", period)
        paid = _period(request, "paid_since", "paid_until", paid)
    except BadPeriod as bad:
        refusal = refusal or bad
    slots = [it for it in await reports.occupancy(period) if it.cancelled_at is None]
    takings = await reports.takings(paid)
    return page(
        request,
        "booking/staff_bookings.html",
        refusal,
        period=period,
        paid=paid,
        centres=by_centre(slots),
        slots=slots[:SLOTS_SHOWN],
        slot_count=len(slots),
        takings=takings,
        sums=by_currency(takings),
        refund_sums=await reports.refund_sums(paid),
        refused=await reports.refused(),
        reasons=REASONS,
        states=STATES,
        what_to_do=WHAT_TO_DO,
    )


@for_role(*HELPERS)
async def export_occupancy(request: web.Request, _: Identity) -> web.StreamResponse:
    """Every slot of a period, cancelled ones too, as CSV."""
    now = request.app[CLOCK].now()
    period = _period(request, "since", "until", coming(now))
    slots = await request.app[REPORTS].occupancy(period)
    return _sheet("occupancy", period, occupancy_csv(slots))


@for_role(*HELPERS)
async def export_revenue(request: web.Request, _: Identity) -> web.StreamResponse:
    """What came in by month, currency and module, as CSV."""
    now = request.app[CLOCK].now()
    period = _period(request, "since", "until", past(now))
    takings = await request.app[REPORTS].takings(period)
    return _sheet("revenue", period, revenue_csv(takings))


@for_role(*HELPERS)
async def export_refunds(request: web.Request, _: Identity) -> web.StreamResponse:
    """Every refund that was asked for in a period, as CSV."""
    now = request.app[CLOCK].now()
    period = _period(request, "since", "until", past(now))
    refunds = await request.app[REPORTS].refunds(period)
    return _sheet("refunds", period, refunds_csv(refunds))


@for_role(*HELPERS)
async def reconcile(request: web.Request, who: Identity) -> web.StreamResponse:
    """The payment provider's books beside ours."""
    now = request.app[CLOCK].now()
    period, found, refusal = past(now), None, None
    try:
        period = _period(request, "since", "until", period)
        if "since" in request.query:
            found = await request.app[RECONCILING].compare(period.begins, period.ends)
    except Refusal as refused:
        refusal = refused
    return page(
        request,
        "booking/staff_reconcile.html",
        refusal,
        period=period,
        found=found,
        words=DIFFERENCES,
    )


@for_role(Role.ADMIN, proved=True)
async def try_again(request: web.Request, who: Identity) -> web.StreamResponse:
    """A refused refund goes to the provider once more."""
    refund = id_of(request.match_info["refund"])
    try:
        await request.app[REFUNDS].try_again(who.account, refund)
    except NoSuchRefund:
        raise
    except Refusal as refusal:
        return await bookings_page(request, who, refusal)
    return see_other(f"{BOOKINGS_PATH}?said=done#refused")


@for_role(Role.ADMIN, proved=True)
@takes(form=SettleForm)
async def settle_by_hand(request: web.Request, who: Identity) -> web.StreamResponse:
    """Somebody gave it back another way, and says how."""
    refund = id_of(request.match_info["refund"])
    try:
        how = how_of((await read_form(request, SettleForm)).how)
        await request.app[REFUNDS].settle_by_hand(who.account, refund, how)
    except NoSuchRefund:
        raise
    except Refusal as refusal:
        return await bookings_page(request, who, refusal)
    return see_other(f"{BOOKINGS_PATH}?said=done#refused")


def _period(request: web.Request, since: str, until: str, usual: Period) -> Period:
    """Raises BadPeriod."""
    asked = request.query
    return period_of(asked.get(since, ""), asked.get(until, ""), usual)


def _sheet(name: str, period: Period, text: str) -> web.Response:
    file = f"{name}-{period.since}-{period.until}.csv"
    return web.Response(
        text=text,
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
