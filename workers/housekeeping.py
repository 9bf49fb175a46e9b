"""Housekeeping: what nobody else will notice: lapsed presence, silent looks."""

import asyncio

import structlog

from app.kernel.refusals import Unavailable
from workers.house import House

SWEEP_EVERY_S = 1.0
ANCHOR_EVERY = 60
"""Sweeps between two anchors of the clock."""

log = structlog.get_logger()


async def run(house: House) -> None:
    """Until cancelled. Every sweep may run twice, or in many processes at once."""
    sweeps = 0
    while True:
        try:
            await sweep(house)
            if sweeps % ANCHOR_EVERY == 0:
                async with house.desk.db.connection() as connection:
                    await house.clock.anchor(connection)
        except (Unavailable, OSError, TimeoutError) as error:
            log.warning("sweep_failed", error=type(error).__name__)
        sweeps += 1
        await asyncio.sleep(SWEEP_EVERY_S)


async def sweep(house: House) -> None:
    swept = await house.sittings.sweep()
    given_up = await house.looks.give_up()
    await house.accounts.forget_expired_logins()
    if swept or given_up:
        log.info("swept", sittings=swept, looks=given_up)
