"""Housekeeping: what nobody else will notice: lapsed presence, looks and views."""

import asyncio
from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from app.adapters.audit.anchors import BadAnchors, anchor_now
from app.adapters.faults import kind_of
from app.adapters.redis import forget_older
from app.adapters.tasks import alongside, restarted
from app.kernel.refusals import Unavailable
from app.portals.domain import Portal
from app.proctoring.service.clips import Clips
from app.proctoring.service.twins import Twins
from app.proctoring.service.withdrawal import end_withdrawn
from workers.figures import keep_telling
from workers.house import House

SWEEP_EVERY_S = 1.0
ANCHOR_EVERY_S = 600.0
TIDY_EVERY_S = 60.0
STATEMENTS_EVERY_S = 60.0
RETENTION_EVERY_S = 600.0
RESULTS_EVERY_S = 30.0
SAMPLES, SAMPLE_AGE_S = "samples", 60.0
"""No try of a look waits that long for its sample."""
LAST_LOOK_AHEAD = 0.9
"""Of the patience with a last look: one that runs out before the portal closes would
end the sitting as finished, and its time would meet the closed days as a gap."""

log = structlog.get_logger()


async def run(house: House) -> None:
    """Until cancelled. Every sweep may run twice, or in many processes at once."""
    async with (
        alongside(restarted("anchor", lambda: anchor(house))),
        alongside(restarted("tidy", lambda: tidy(house))),
        alongside(restarted("statements", lambda: mail_statements(house))),
        alongside(restarted("retention", lambda: retain(house))),
        alongside(restarted("results", lambda: tell_results(house))),
        alongside(restarted("figures", lambda: keep_telling(house))),
    ):
        await restarted("sweep", lambda: sweep_on(house))


async def sweep_on(house: House) -> None:
    """Until cancelled."""
    while True:
        try:
            await sweep(house)
        except (Unavailable, OSError, TimeoutError) as error:
            log.warning("sweep_failed", error=kind_of(error))
        await asyncio.sleep(SWEEP_EVERY_S)


async def sweep(house: House) -> None:
    await close_portal(house)
    swept = await house.sittings.sweep()
    swept += await end_withdrawn(house.desk.db, house.sittings)
    given_up = await house.looks.give_up()
    views = await house.viewing.sweep()
    exams = await house.exam_sittings.sweep()
    if swept or given_up or views or exams:
        log.info("swept", sittings=swept, looks=given_up, views=views, exams=exams)


async def close_portal(house: House) -> None:
    """Sittings get a last look before the learning portal closes, and end when it does.

    What is provisional then waits for the student's next passed look.
    """
    if await house.portals.closed(Portal.LEARNING):
        await house.sittings.close()
        return
    ahead = timedelta(seconds=house.desk.policy.finish_within_s * LAST_LOOK_AHEAD)
    if await house.portals.closes_within(Portal.LEARNING, ahead):
        await house.sittings.finish_all()


async def tidy(house: House) -> None:
    """Until cancelled: forgets what is over and small, once a minute."""
    twins = Twins(house.desk, Clips(house.redis))
    while True:
        try:
            await forget_samples(house)
            await house.logins.forget_dead()
            await house.pictures.forget_withdrawn()
            await twins.forget_withdrawn()
            await house.evidence.forget_withdrawn()
            async with house.desk.db.transaction() as tx:
                await house.gatehouse.outbox.forget_old(tx, house.desk.clock.now())
        except (Unavailable, RedisError, OSError, TimeoutError) as error:
            log.warning("tidying_failed", error=kind_of(error))
        await asyncio.sleep(TIDY_EVERY_S)


async def forget_samples(house: House) -> None:
    """What a matcher that died has left, or nobody took: its look is over long since,
    and it is somebody's face."""
    if gone := await forget_older(house.redis, SAMPLES, SAMPLE_AGE_S):
        log.warning("samples_left", count=gone)


async def mail_statements(house: House) -> None:
    """Until cancelled: daily statements, after each student's own midnight."""
    while True:
        try:
            if posted := await house.mailing.send_due():
                log.info("statements_posted", letters=posted)
        except (Unavailable, OSError, TimeoutError) as error:
            log.warning("statements_failed", error=kind_of(error))
        await asyncio.sleep(STATEMENTS_EVERY_S)


async def tell_results(house: House) -> None:
    """Until cancelled: results that may be told, certificates that are due, and what a
    withdrawn question left to be graded anew."""
    while True:
        try:
            regraded = await house.graders.grading.regrade_due()
            if told := await house.graders.results.issue_due() + regraded:
                log.info("results_told", exams=told)
        except (Unavailable, OSError, TimeoutError) as error:
            log.warning("results_failed", error=kind_of(error))
        await asyncio.sleep(RESULTS_EVERY_S)


async def retain(house: House) -> None:
    """Until cancelled: once a day, what has had its time goes; a report says so."""
    while True:
        try:
            if await house.retention.run_daily():
                log.info("retention_reported")
        except (Unavailable, OSError, TimeoutError) as error:
            log.warning("retention_failed", error=kind_of(error))
        await asyncio.sleep(RETENTION_EVERY_S)


async def anchor(house: House) -> None:
    """Until cancelled: signs where the trail ends, in a file that belongs elsewhere."""
    path, trail = house.settings.anchors, house.gatehouse.trail
    while True:
        try:
            await anchor_now(house.desk.db, trail, path, house.desk.clock)
        except (Unavailable, OSError, TimeoutError, BadAnchors) as error:
            log.warning("anchor_failed", error=kind_of(error))
        await asyncio.sleep(ANCHOR_EVERY_S)
