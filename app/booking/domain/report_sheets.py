"""Reports as CSV: amounts exact, times in UTC and on the centre's clock."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.booking.domain.papers import ORDER, RECEIPT
from app.booking.domain.reports import RefundLine, SlotUse, Takings
from app.kernel.money import exact
from app.kernel.sheets import plain

OCCUPANCY = (
    *("centre", "name", "city", "time_zone", "starts_utc", "starts_local"),
    *("ends_utc", "ends_local", "capacity", "accessible", "blocked", "booked"),
    *("attended", "absent", "held", "free", "in_line", "cancelled_utc"),
)
REVENUE = (
    *("month_utc", "currency", "module", "title", "payments", "captured", "seats"),
    *("kept", "refunded", "refunded_done", "net"),
)
REFUNDS = (
    *("refund", "receipt", "order", "srn", "module", "amount", "currency", "reason"),
    *("state", "provider", "provider_payment", "provider_refund", "said", "attempts"),
    *("asked_utc", "settled_utc", "centre", "time_zone", "asked_local"),
    "settled_local",
)


def occupancy_csv(slots: Iterable[SlotUse]) -> str:
    return _table(OCCUPANCY, (_occupancy(it) for it in slots))


def revenue_csv(takings: Iterable[Takings]) -> str:
    return _table(REVENUE, (_revenue(it) for it in takings))


def refunds_csv(refunds: Iterable[RefundLine]) -> str:
    return _table(REFUNDS, (_refund(it) for it in refunds))


def _occupancy(it: SlotUse) -> Iterable[object]:
    yield from (it.code, it.centre, it.city, it.time_zone)
    yield from (_utc(it.starts_at), _local(it.starts_at, it.time_zone))
    yield from (_utc(it.ends_at), _local(it.ends_at, it.time_zone))
    yield from (it.capacity, it.accessible, it.blocked, it.booked, it.attended)
    yield from (it.absent, it.held, it.free, it.waiting, _utc(it.cancelled_at))


def _revenue(it: Takings) -> Iterable[object]:
    yield from (it.month, it.currency, it.module, it.title, it.payments)
    for minor in (it.captured, it.seats, it.kept, it.refunded, it.done, it.net):
        yield _Amount(exact(minor, it.currency))


def _refund(it: RefundLine) -> Iterable[object]:
    yield from (
        it.refund,
        RECEIPT.format(it.receipt),
        ORDER.format(it.order),
        it.srn,
        it.module,
    )
    yield _Amount(exact(it.amount.minor, it.amount.currency))
    yield from (it.amount.currency, it.reason, it.state, it.provider)
    yield from (it.provider_payment, it.provider_refund, it.said, it.attempts)
    yield from (_utc(it.asked_at), _utc(it.settled_at), it.centre, it.time_zone)
    yield from (_local(it.asked_at, it.time_zone), _local(it.settled_at, it.time_zone))


class _Amount(str):
    """A number of ours: its minus is no formula."""

    __slots__ = ()


def _table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(columns)
    for row in rows:
        sheet.writerow([_cell(it) for it in row])
    return text.getvalue()


def _cell(it: object) -> str:
    if it is None:
        return ""
    return str(it) if isinstance(it, int | _Amount) else plain(str(it))


def _utc(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def _local(at: datetime | None, zone: str | None) -> str:
    """With its distance from UTC, as 2026-03-02T14:30:00+05:30."""
    if at is None or zone is None:
        return ""
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
