"""Tests that somebody may sit from wherever they are."""

from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Tx
from app.booking.domain.seats import require_fit, unfit
from app.booking.domain.words import SeatState
from app.booking.service.seats import own_fee
from app.booking.store import seats
from app.exams.domain.results import NOTHING, Result, State, may_go_again, result
from app.exams.service.drawing import remote_modules
from app.exams.store import results
from app.kernel.ids import AccountId, ModuleCode
from app.kernel.refusals import Conflict
from app.proctoring.service.desk import Desk
from app.proctoring.service.fitness import fitness
from app.proctoring.service.undecided import undecided_of


class PassedBefore(Conflict):
    """You have passed this test. There is nothing more to sit."""


class ResultNotKnown(Conflict):
    """The result of your last test of this module is not told yet. Wait for it: then it
    says what comes next."""


class SeatIsBooked(Conflict):
    """You have a seat for this test. Sit it there, or cancel your booking first."""


async def any_remote(desk: Desk) -> bool:
    async with desk.db.connection() as tx:
        return bool(await remote_modules(tx))


async def open_remotely_to(
    desk: Desk,
    account: AccountId,
    modules: Sequence[ModuleCode],
    mine: Sequence[Result],
) -> list[ModuleCode]:
    """Of these: allowed by their blueprint, all hours are confirmed, no seat is booked,
    and `mine`, the goes of before, allow another."""
    now = desk.clock.now()
    async with desk.db.connection() as tx:
        allowed = await remote_modules(tx)
        wanted = [it for it in modules if it in allowed]
        fits = await fitness(tx, account, wanted, now)
        seated = [it for it in wanted if await _is_seated(tx, account, it, now)]
    return [
        it
        for it in wanted
        if it not in seated and not unfit(fits[it]) and may_go_again(mine, it, now)
    ]


async def require_remote(
    tx: Tx, account: AccountId, module: ModuleCode, now: datetime
) -> None:
    """Raises NoSuchModule, PickFirst, HoursMissing, IncidentOpen, SeatIsBooked,
    PassedBefore or ResultNotKnown."""
    await own_fee(tx, account, module)
    require_fit((await fitness(tx, account, [module], now))[module])
    if await _is_seated(tx, account, module, now):
        raise SeatIsBooked
    states = {it.state for it in await goes_of(tx, account) if it.sat.module == module}
    if State.PASSED in states:
        raise PassedBefore
    if states & {State.HELD, State.WAITING}:
        raise ResultNotKnown


async def goes_of(tx: Tx, account: AccountId) -> list[Result]:
    sats = await results.of_student(tx, account)
    undecided = await undecided_of(tx, [it.exam for it in sats])
    return [result(it, undecided.get(it.exam, NOTHING)) for it in sats]


async def _is_seated(
    tx: Tx, account: AccountId, module: ModuleCode, now: datetime
) -> bool:
    """A seat is booked whose test is not over."""
    it = await seats.coming(tx, account, module)
    return it is not None and it.state is SeatState.BOOKED
