"""Windows in a real database, and what they do to sittings."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from app.adapters.audit import Trail
from app.adapters.sealing import Sealer
from app.portals.domain import Portal, PortalClosed, Window, WindowsOverlap
from app.portals.service import NoSuchWindow, Portals
from app.proctoring.domain.words import Verdict, Why
from tests.stores.entrance import SECRET
from workers.housekeeping import close_portal


@pytest.fixture
def portals(world):
    trail = Trail(Sealer(SECRET))
    return Portals(world.db, world.clock, trail, world.desk.bell)


@pytest.fixture
def house(world, portals):
    """The part of a worker's house that closing needs."""
    return SimpleNamespace(portals=portals, sittings=world.sittings, desk=world.desk)


def window(world, *, hours_ahead: float = 1, days: float = 10, **changes) -> Window:
    closed_from = world.clock.now() + timedelta(hours=hours_ahead)
    plain = Window(
        window=uuid4(),
        portal=Portal.LEARNING,
        closed_from=closed_from,
        closed_till=closed_from + timedelta(days=days),
        announced_from=closed_from - timedelta(days=7),
        reason="New servers.",
    )
    return replace(plain, **changes)


async def test_windows_of_a_portal_never_overlap(world, portals):
    one = window(world)
    await portals.make(world.student, one)
    with pytest.raises(WindowsOverlap):
        await portals.make(world.student, window(world, hours_ahead=2, days=1))
    other = window(world, portal=Portal.TESTS)
    await portals.make(world.student, other)
    after = window(world, closed_from=one.closed_till, announced_from=one.closed_till)
    after = replace(after, closed_till=one.closed_till + timedelta(hours=1))
    await portals.make(world.student, after)
    assert len(await portals.windows(fresh=True)) == 3


async def test_a_window_taken_back_makes_room(world, portals):
    one = window(world)
    await portals.make(world.student, one)
    await portals.end(world.student, one.window)
    assert await portals.windows(fresh=True) == []
    await portals.make(world.student, window(world))
    with pytest.raises(NoSuchWindow):
        await portals.end(world.student, one.window)


async def test_a_window_that_runs_ends_when_it_is_ended(world, portals):
    one = window(world)
    await portals.make(world.student, one)
    world.clock.forward(3_700)
    with pytest.raises(PortalClosed):
        await portals.require_open(Portal.LEARNING)
    await portals.require_open(Portal.TESTS)
    await portals.end(world.student, one.window)
    await portals.require_open(Portal.LEARNING)


async def run_until_closed(world, house, portals) -> None:
    """Half an hour of studying, the last minute of which the portal closes in."""
    await portals.make(world.student, window(world, hours_ahead=0.5))
    await world.open()
    await world.look()
    for _ in range(1_790 // 3):
        world.clock.forward(3)
        await world.seen()
        await close_portal(house)
        if await world.value("SELECT finishing_since IS NOT NULL FROM sitting"):
            break


async def test_a_running_sitting_gets_a_last_look_and_keeps_all_its_time(
    world, house, portals
):
    await run_until_closed(world, house, portals)
    before = world.clock.now()
    due = await world.looks.claim_due()
    [finish] = [it for it in due if it.why is Why.FINISH]
    world.clock.forward(1)
    await world.record(finish, Verdict.MATCH)
    assert await world.value("SELECT reason FROM sitting") == "finished"
    started = await world.value("SELECT min(started_at) FROM stretch")
    assert await world.seconds("confirmed") == (before - started).total_seconds()


async def test_what_no_look_confirmed_waits_as_long_as_the_portal_is_closed(
    world, house, portals
):
    await run_until_closed(world, house, portals)
    world.clock.forward(40)
    await world.seen()
    portals._kept.forget()  # as after the five seconds it keeps them
    await close_portal(house)
    assert await world.value("SELECT reason FROM sitting") == "closed"
    kept = await world.seconds("provisional")
    assert kept > 1_500
    world.clock.forward(11 * 86_400)
    await world.open()
    await world.look()
    assert await world.seconds("confirmed") == kept
    assert await world.seconds("void") == 0


@pytest.mark.parametrize(("closes", "state"), [(True, "confirmed"), (False, "void")])
async def test_who_left_shortly_before_the_closing_keeps_time_too(
    world, portals, closes, state
):
    """Their last look never came, and we closed before they could be back in time.
    The control: the same days without a window are a gap of theirs."""
    if closes:
        await portals.make(world.student, window(world, hours_ahead=0.5))
    sitting = await world.open()
    await world.look()
    await world.study(1_200)
    await world.sittings.finish(world.student, sitting)
    await world.study(24)
    await world.sittings.sweep()
    assert await world.value("SELECT state FROM sitting") == "ended"
    kept = await world.seconds("provisional")
    assert kept >= 1_200
    world.clock.forward(11 * 86_400)
    await world.open()
    await world.look()
    assert await world.seconds(state) == kept


async def test_closing_leaves_a_device_check_alone(world, house, portals):
    await portals.make(world.student, window(world, hours_ahead=0.001))
    world.clock.forward(10)
    await close_portal(house)
    assert await world.value("SELECT count(*) FROM sitting") == 0


async def test_a_last_look_that_never_comes_costs_nothing_either(world, house, portals):
    """As housekeeping goes: closing and sweeping each second until it is closed."""
    await run_until_closed(world, house, portals)
    for _ in range(45):
        world.clock.forward(1)
        await world.seen()
        await close_portal(house)
        await world.sittings.sweep()
    assert await portals.closed(Portal.LEARNING)
    kept = await world.seconds("provisional")
    assert kept > 1_500
    world.clock.forward(11 * 86_400)
    await world.open()
    await world.look()
    assert await world.seconds("void") == 0
    assert await world.seconds("confirmed") == kept
