"""Looking live: the trail first, the student told, the ticket last."""

from datetime import timedelta
from uuid import uuid4

import pytest
from redis.exceptions import ConnectionError as Away

from app.adapters.media_nodes import MediaNode, NoMediaNode
from app.adapters.redis import PATIENCE_S
from app.adapters.view_leases import LEASE_S
from app.kernel.ids import AccountId, SittingId
from app.operations.privacy import retention_store
from app.proctoring.domain import viewing as rules
from app.proctoring.domain.viewing import (
    HELD,
    LASTS,
    NoLiveVideo,
    NoSuchView,
    SayWhyView,
    TooManyViewers,
)
from app.proctoring.domain.watch import SittingEnded
from app.proctoring.service.desk import NoSuchSitting, topic_of
from app.proctoring.service.viewing import Viewing
from media.relay import ASK_WITHIN_S, SWEEP_EVERY_S, UNVOUCHED_S
from tests.stores.entrance import LetterBox, gatehouse_on
from tests.stores.test_states import student, wall
from tests.stores.world import MODULE

NODE = MediaNode(name="n1", url="http://node", streams=1, capacity=9)


class Told:
    """What a view tells to whom, in its order, and what stood in the database then."""

    def __init__(self, world) -> None:
        self.world = world
        self.order: list[object] = []
        self.away = False
        self.video = True

    async def hold(self, view):
        await self._note("hold")

    async def drop(self, views):
        if views := list(views):
            await self._note("drop")

    async def ring(self, topics):
        if topic_of(self.world.student) in topics:
            await self._note("ring")

    async def node_with(self, sitting, epoch):
        return NODE if self.video else None

    async def _note(self, what):
        if self.away and what != "ring":
            raise Away
        query = """SELECT (SELECT count(*) FROM live_view WHERE ended_at IS NULL)
            || ' open, ' || (SELECT count(*) FROM audit_event
            WHERE what = 'sitting.view') || ' in the trail'"""
        self.order.append((what, await self.world.value(query)))


@pytest.fixture
def trail(database, world):
    return gatehouse_on(database, world.clock, LetterBox()).trail


@pytest.fixture
def told(world):
    told = Told(world)
    object.__setattr__(world.desk.bell, "ring", told.ring)
    return told


@pytest.fixture
def viewing(world, trail, told):
    return Viewing(world.desk, trail, told, told)


async def proctor(database, number=1) -> AccountId:
    account = AccountId(uuid4())
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               VALUES ($1, $2, 'Pia Proctor', 'proctor', 'x', now(), now())""",
            account,
            f"P{number}",
        )
    return account


@pytest.fixture
async def pia(database):
    return await proctor(database)


@pytest.fixture
async def sitting(world, told):
    sitting = await world.open()
    told.order.clear()
    return sitting


async def test_row_and_trail_come_first_then_the_student_then_the_lease(
    world, viewing, told, pia, sitting
):
    opened = await viewing.open(pia, sitting, "looks away  often")
    before = "1 open, 1 in the trail"
    assert told.order == [("ring", before), ("hold", before)]
    assert opened.node == NODE
    row = await world.value("SELECT to_jsonb(v)::text FROM live_view v")
    assert str(pia) in row
    assert "looks away often" in row
    act = await world.value("SELECT details FROM audit_event WHERE by = $1", pia)
    assert "looks away often" in act
    assert str(sitting) in act


async def test_without_its_line_in_the_trail_there_is_no_view(
    world, told, pia, sitting
):
    class Full:
        async def write(self, tx, act):
            raise RuntimeError

    viewing = Viewing(world.desk, Full(), told, told)
    with pytest.raises(RuntimeError):
        await viewing.open(pia, sitting, "why not")
    assert await world.value("SELECT count(*) FROM live_view") == 0
    assert told.order == []


async def test_what_is_refused_leaves_nothing(world, viewing, told, pia, sitting):
    with pytest.raises(SayWhyView):
        await viewing.open(pia, sitting, " ")
    with pytest.raises(NoSuchSitting):
        await viewing.open(pia, SittingId(uuid4()), "why not")
    told.video = False
    with pytest.raises(NoLiveVideo):
        await viewing.open(pia, sitting, "why not")
    told.video = True
    await world.end(sitting)
    with pytest.raises(SittingEnded):
        await viewing.open(pia, sitting, "why not")
    assert await world.value("SELECT count(*) FROM live_view") == 0
    viewed = "SELECT count(*) FROM audit_event WHERE what = 'sitting.view'"
    assert await world.value(viewed) == 0


async def test_three_may_look_and_each_of_them_once(
    world, viewing, told, database, sitting, monkeypatch
):
    monkeypatch.setattr(rules, "AT_ONCE", 1)
    pia, paul = [await proctor(database, it) for it in (1, 2)]
    await viewing.open(pia, sitting, "first")
    with pytest.raises(TooManyViewers):
        await viewing.open(paul, sitting, "second")
    await viewing.open(pia, sitting, "again")  # replaces her own
    assert [it[0] for it in told.order[-3:]] == ["ring", "drop", "hold"]
    assert await world.value("SELECT count(*) FROM live_view") == 2
    assert (await wall(world))["sittings"][0]["viewers"] == 1
    world.clock.forward(31)  # she went without a word
    await viewing.open(paul, sitting, "second")


async def test_the_student_is_told_as_long_as_it_is_open(world, viewing, pia, sitting):
    assert (await student(world))["sitting"]["watched_since"] is None
    since = world.clock.now().isoformat()
    view = (await viewing.open(pia, sitting, "why not")).view.view
    for _ in range(4):
        world.clock.forward(20)
        await viewing.renew(pia, view)
        assert (await student(world))["sitting"]["watched_since"] == since
    await viewing.end(pia, view)
    assert (await student(world))["sitting"]["watched_since"] is None
    with pytest.raises(NoSuchView):
        await viewing.renew(pia, view)


async def test_nodes_stop_before_the_student_hears_that_it_is_over(
    viewing, told, pia, sitting
):
    view = (await viewing.open(pia, sitting, "why not")).view.view
    told.order.clear()
    await viewing.end(pia, view)
    first, second = told.order
    assert first == ("drop", "1 open, 1 in the trail")
    assert second == ("ring", "0 open, 1 in the trail")


def test_the_student_is_told_for_longer_than_a_node_goes_on():
    """Also by a node that asks just before the lease ends, and then hears no more."""
    held_later = PATIENCE_S  # than its row, at most
    goes_on = LEASE_S + UNVOUCHED_S + SWEEP_EVERY_S + ASK_WITHIN_S
    assert HELD.total_seconds() >= held_later + goes_on


async def test_not_renewed_it_lapses_and_is_swept(world, viewing, told, pia, sitting):
    view = (await viewing.open(pia, sitting, "why not")).view.view
    assert await viewing.sweep() == 0
    world.clock.forward(30)
    assert (await student(world))["sitting"]["watched_since"] is None
    with pytest.raises(NoSuchView):
        await viewing.renew(pia, view)
    assert await viewing.sweep() == 1
    assert [it[0] for it in told.order[-2:]] == ["drop", "ring"]
    assert await world.value("SELECT ended_at FROM live_view") == world.clock.now()
    assert await viewing.sweep() == 0


async def test_it_lasts_ten_minutes_however_often_it_is_renewed(
    world, viewing, pia, sitting
):
    view = (await viewing.open(pia, sitting, "why not")).view.view
    for _ in range(int(LASTS / timedelta(seconds=20)) - 1):
        world.clock.forward(20)
        await viewing.renew(pia, view)
    world.clock.forward(20)
    with pytest.raises(NoSuchView):
        await viewing.renew(pia, view)
    assert await viewing.sweep() == 1


async def ended(world, sitting):
    await world.end(sitting)


async def withdrawn(world, _):
    await world.sittings.withdraw(world.student)


async def connected_anew(world, _):
    await world.sittings.open(world.student, MODULE)


@pytest.mark.parametrize("change", [ended, withdrawn, connected_anew])
async def test_it_ends_with_its_sitting_the_consent_and_its_epoch(
    world, viewing, told, pia, sitting, change
):
    view = (await viewing.open(pia, sitting, "why not")).view.view
    await change(world, sitting)
    with pytest.raises(NoSuchView):
        await viewing.renew(pia, view)
    told.order.clear()
    assert await viewing.sweep() == 1
    assert [it[0] for it in told.order] == ["drop", "ring"]


async def test_a_view_is_its_proctors_alone(viewing, database, pia, sitting):
    view = (await viewing.open(pia, sitting, "why not")).view.view
    paul = await proctor(database, 2)
    for act in (viewing.renew, viewing.end):
        with pytest.raises(NoSuchView):
            await act(paul, view)
    await viewing.renew(pia, view)


async def test_where_redis_is_away_nobody_looks_and_the_row_lapses(
    world, viewing, told, pia, sitting
):
    told.away = True
    with pytest.raises(NoMediaNode):
        await viewing.open(pia, sitting, "why not")
    assert (await student(world))["sitting"]["watched_since"]
    world.clock.forward(31)
    with pytest.raises(NoMediaNode):
        await viewing.sweep()
    told.away = False
    assert await viewing.sweep() == 1


async def test_old_views_go_and_newer_stay(database, world, viewing, pia, sitting):
    for days in (366, 364):
        view = (await viewing.open(pia, sitting, "why not")).view.view
        await viewing.end(pia, view)
        at = world.clock.now() - timedelta(days=days)
        async with database.transaction() as tx:
            await tx.execute(
                """UPDATE live_view SET opened_at = $2::timestamptz, ended_at = $2
                   WHERE view_id = $1""",
                view,
                at,
            )
    year = world.clock.now() - timedelta(days=365)
    async with database.transaction() as tx:
        assert await retention_store.forget_views(tx, year) == 1
    assert await world.value("SELECT count(*) FROM live_view") == 1
