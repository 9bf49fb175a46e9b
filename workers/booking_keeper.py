"""Booking keeper: gives back seats that are over and offers them on, carries out
refunds, and asks the payment provider for news that was lost."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog

from app.adapters.faults import kind_of
from app.adapters.tasks import alongside
from app.booking.service.answered import forget_old_answers
from app.booking.service.refunds import AT_ONCE
from workers.house import House

SWEEP_EVERY_S, REFUND_EVERY_S, ASK_EVERY_S, FORGET_EVERY_S = 1.0, 5.0, 10.0, 3600.0
LETTERS_EVERY_S = 30.0
ROUNDS_MOST = 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    name: str
    every_s: float
    act: Callable[[], Awaitable[object]]


async def run(house: House) -> None:
    """Until cancelled. Many may run: rows are locked or leased by one."""
    first, *others = duties(house)
    async with AsyncExitStack() as stack:
        for duty in others:
            await stack.enter_async_context(alongside(_keep(duty)))
        await _keep(first)


def duties(house: House) -> Sequence[Duty]:
    booking = house.booking

    async def give_back() -> None:
        for _ in range(ROUNDS_MOST):
            if await booking.refunds.run() < AT_ONCE:
                return

    async def forget() -> None:
        await forget_old_answers(booking.desk)

    return [
        Duty(name="sweep", every_s=SWEEP_EVERY_S, act=booking.seats.sweep),
        Duty(name="refunds", every_s=REFUND_EVERY_S, act=give_back),
        Duty(name="ask_again", every_s=ASK_EVERY_S, act=booking.paying.ask_again),
        Duty(name="absent", every_s=LETTERS_EVERY_S, act=booking.door.sweep),
        Duty(name="remind", every_s=LETTERS_EVERY_S, act=booking.reminders.sweep),
        Duty(name="forget", every_s=FORGET_EVERY_S, act=forget),
    ]


async def _keep(duty: Duty) -> None:
    """A slow provider stops no sweep, and what fails now is done the next time."""
    while True:
        await do(duty)
        await asyncio.sleep(duty.every_s)


async def do(duty: Duty) -> None:
    """One round. Never raises, but for being cancelled."""
    try:
        await duty.act()
    except Exception as error:
        log.warning("keeper_failed", duty=duty.name, error=kind_of(error))
