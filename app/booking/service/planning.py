"""Making slots: one, by a pattern, or from a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import UniqueViolationError

from app.adapters.audit import Act
from app.adapters.db import Tx
from app.booking.domain.centres import Centre
from app.booking.domain.planning import (
    Pattern,
    SlotDraft,
    Sorted,
    Span,
    overlap,
    require_within,
    slots_of,
    sort_out,
)
from app.booking.domain.planning_refusals import (
    CentreClosed,
    NoSuchCentre,
    NoSuchTestModule,
    NothingToMake,
    SlotsOverlap,
)
from app.booking.domain.slot_sheet import Known, SheetProblem, SlotSheet, read_sheet
from app.booking.service.desk import BookingDesk, slots_topic
from app.booking.store import planning as store
from app.kernel.ids import AccountId, CentreId


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a pattern makes, and what of it exists already."""

    centre: Centre
    made: list[SlotDraft]
    there: list[SlotDraft]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReport:
    """How many slots are new, and how many are there already. With problems nothing is
    made."""

    dry_run: bool
    made: int
    there: int
    problems: list[SheetProblem]
    problem_count: int
    ignored: list[str]


class Planning:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def modules(self) -> dict[str, str]:
        """Titles by code."""
        async with self._desk.db.connection() as tx:
            return {row["code"]: row["title"] for row in await store.modules(tx)}

    async def preview(self, centre: CentreId, pattern: Pattern) -> Plan:
        """Makes nothing. Raises what `make` raises."""
        async with self._desk.db.connection() as tx:
            return await self._plan(tx, centre, pattern)

    async def make(self, by: AccountId, centre: CentreId, pattern: Pattern) -> Plan:
        """Slots that exist already are left as they are.

        Raises NoSuchCentre, CentreClosed, BadPattern, TooManySlots, NoSuchLocalTime,
        NoSuchTestModule, SlotsOverlap or NothingToMake.
        """
        try:
            async with self._desk.db.transaction() as tx:
                await store.lock_centre(tx, centre, self._desk.clock.now())
                plan = await self._plan(tx, centre, pattern)
                if not plan.made:
                    raise NothingToMake
                await self._insert(tx, by, centre, plan.made)
                await self._write(tx, by, count=len(plan.made), centre=str(centre))
        except UniqueViolationError as error:
            raise SlotsOverlap from error
        await self._ring(centre, plan.made)
        return plan

    async def take(self, by: AccountId, data: bytes, *, dry_run: bool) -> SheetReport:
        """The slots of a CSV file: all of them or none. The same again makes none."""
        async with self._desk.db.transaction() as tx:
            now = self._desk.clock.now()
            known = await self._known(tx, now)
            sheet = read_sheet(data, known)
            found = await self._sort_out(tx, sheet, known)
            report = SheetReport(
                dry_run=dry_run,
                made=0
                if sheet.problems
                else sum(len(it.made) for it in found.values()),
                there=sum(len(it.there) for it in found.values()),
                problems=sorted(sheet.problems, key=lambda it: it.line),
                problem_count=sheet.problem_count,
                ignored=sheet.ignored,
            )
            if report.problems or dry_run or not report.made:
                return report
            for centre, it in found.items():
                await self._insert(tx, by, centre, it.made)
            await self._write(tx, by, count=report.made, centres=len(found))
        for centre, it in found.items():
            await self._ring(centre, it.made)
        return report

    async def _plan(self, tx: Tx, centre: CentreId, pattern: Pattern) -> Plan:
        now = self._desk.clock.now()
        it = await store.read_centre(tx, centre, now)
        if it is None:
            raise NoSuchCentre
        if it.closed_at is not None:
            raise CentreClosed
        seating = pattern.seating
        require_within(
            seating.capacity, seating.accessible, it.it.capacity, it.it.accessible
        )
        await require_modules(tx, seating.modules)
        wanted = slots_of(pattern, it.it.time_zone, now)
        found = sort_out(wanted, await self._spans(tx, centre, wanted))
        for draft, other in found.clashes:
            raise overlap(draft.span, other, it.it.time_zone)
        return Plan(centre=it, made=found.made, there=found.there)

    async def _known(self, tx: Tx, now: datetime) -> Known:
        centres = await store.centres(tx, now)
        return Known(
            centres={it.it.code: it for it in centres if it.closed_at is None},
            modules=frozenset(row["code"] for row in await store.modules(tx)),
            now=now,
        )

    async def _sort_out(
        self, tx: Tx, sheet: SlotSheet, known: Known
    ) -> dict[CentreId, Sorted]:
        """Centres in the order of their ids: two sheets never wait in a ring."""
        found: dict[CentreId, Sorted] = {}
        named = sorted((known.centres[code] for code in sheet.slots), key=_by_id)
        for centre in named:
            fresh = await store.lock_centre(tx, centre.centre, known.now)
            wanted = sheet.slots[centre.it.code]
            if fresh is None or fresh.closed_at or fresh.it != centre.it:
                raise CentreClosed  # It was changed just now.
            there = await self._spans(tx, centre.centre, wanted)
            it = found[centre.centre] = sort_out(wanted, there)
            for draft, other in it.clashes:
                words = overlap(draft.span, other, centre.it.time_zone)
                sheet.find(draft.line, "start", words.code(), words.message)
        return found

    async def _spans(
        self, tx: Tx, centre: CentreId, wanted: Sequence[SlotDraft]
    ) -> list[Span]:
        since = min(it.span.starts_at for it in wanted)
        till = max(it.span.ends_at for it in wanted)
        return await store.spans(tx, centre, since, till)

    async def _insert(
        self, tx: Tx, by: AccountId, centre: CentreId, drafts: Sequence[SlotDraft]
    ) -> None:
        now = self._desk.clock.now()
        await store.insert_slots(tx, centre, drafts, by, now)

    async def _write(self, tx: Tx, by: AccountId, **details: str | int) -> None:
        now = self._desk.clock.now()
        act = Act(at=now, by=by, what="slots.made", details=details)
        await self._desk.house.trail.write(tx, act)

    async def _ring(self, centre: CentreId, made: Sequence[SlotDraft]) -> None:
        topics = {slots_topic(centre, it.day) for it in made}
        if topics:
            await self._desk.bell.ring(topics)


async def require_modules(tx: Tx, codes: Sequence[str] | None) -> None:
    """Raises NoSuchTestModule."""
    taught = {row["code"] for row in await store.modules(tx)}
    for code in codes or ():
        if code not in taught:
            raise NoSuchTestModule(f"There is no module '{code[:20]}'.")


def _by_id(it: Centre) -> CentreId:
    return it.centre
