"""Housekeeping: what nobody else will notice: lapsed presence, silent looks."""

import asyncio

import structlog

from app.kernel.refusals import Unavailable
from workers.house import House

SWEEP_EVERY_S = 1.0

log = structlog.get_logger()


async def run(house: House) -> None:
    """Until cancelled. Every sweep may run twice, or in many processes at once."""
    while True:
        try:
            await sweep(house)
        except (Unavailable, OSError, TimeoutError) as error:
            log.warning("sweep_failed", error=type(error).__name__)
        await asyncio.sleep(SWEEP_EVERY_S)


async def sweep(house: House) -> None:
    swept = await house.sittings.sweep()
    given_up = await house.looks.give_up()
    await house.logins.forget_dead()
    if swept or given_up:
        log.info("swept", sittings=swept, looks=given_up)
