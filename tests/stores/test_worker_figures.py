"""What workers count: looks claimed, batches, the engine's time, letters, queues."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from app.adapters.figures import GLANCES_WAIT, SAMPLES_WAIT
from app.adapters.media_nodes import MediaNode, MediaNodes, VideoSeen
from app.adapters.outbox import Letter
from app.kernel.glances import Followed, GlanceTold, Sight
from app.kernel.ids import LookId, SittingId
from app.kernel.messages import CaptureCommand, Sample
from app.settings import Settings
from tests.stores.entrance import BEGINNING
from workers.courier import PostRound
from workers.face_matcher import Matcher
from workers.figures import tell
from workers.glancer import Glancer
from workers.house import open_house
from workers.sampler import sample_due


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
async def house(database_url, redis_url, tmp_path):
    settings = Settings(
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        secret=SecretStr("s" * 40),
        evidence=str(tmp_path / "evidence"),
    )
    async with open_house(settings) as opened:
        yield opened


async def test_looks_are_counted_as_they_are_claimed(house, world):
    nodes, name = MediaNodes(house.redis), "spom_looks_claimed_total"
    before = {it: value(name, outcome=it) for it in ("commanded", "no_video")}
    sitting = await world.open()
    node = MediaNode(name="n", url="http://n", streams=1, capacity=9)
    await nodes.beat(node, [VideoSeen(sitting, 1)])
    assert await sample_due(house, nodes) == 1
    assert value(name, outcome="commanded") - before["commanded"] == 1
    await house.redis.delete(f"video:{sitting}")
    async with house.desk.db.transaction() as tx:
        await tx.execute("UPDATE look SET lease_until = now() - interval '1 second'")
    assert await sample_due(house, nodes) == 1
    assert value(name, outcome="no_video") - before["no_video"] == 1


async def test_glances_are_counted_by_the_batch(house):
    glancer = Glancer(house)
    await glancer.step()  # makes the group
    before = value("spom_glance_batch_sum"), value("spom_glance_batch_count")
    told = GlanceTold(
        sitting=SittingId(uuid4()), epoch=1, followed=Followed(sight=Sight.STEADY)
    )
    for _ in range(3):
        await house.redis.xadd("glances", told.to_fields())
    await glancer.step()
    assert value("spom_glance_batch_sum") - before[0] == 3
    assert value("spom_glance_batch_count") - before[1] == 1


async def test_the_engine_is_timed_a_sample(house):
    engine = SimpleNamespace(pack="a-pack", capture=lambda *_: "captured")
    command = CaptureCommand(
        look=LookId(uuid4()), attempt=1, sitting=SittingId(uuid4()), epoch=1
    )
    before = value("spom_examining_seconds_count")
    sample = Sample(command=command, frames=())
    assert await Matcher(house, engine)._examine(sample, None) == "captured"
    assert value("spom_examining_seconds_count") - before == 1


async def test_letters_are_counted_by_what_came_of_them(house):
    name, labels = "spom_letters_total", {"channel": "email", "state": "too_late"}
    before = value(name, **labels)
    letter = Letter(
        channel="email",
        to="asha@example.org",
        kind="code",
        subject="",
        text="",
        useful_until=BEGINNING,
    )
    async with house.desk.db.transaction() as tx:
        await house.gatehouse.outbox.post(tx, letter, BEGINNING)
    await PostRound(house.gatehouse, {}, shown_only=False).sweep()
    assert value(name, **labels) - before == 1


async def test_open_sittings_are_told_by_kind_until_they_end(house, world):
    learning = {"kind": "learning", "state": "open"}
    sitting = await world.open()
    await tell(house)
    assert value("spom_sittings", **learning) == 1
    assert value("spom_sittings", kind="learning", state="running") == 0
    await world.look()
    await tell(house)
    assert value("spom_sittings", kind="learning", state="running") == 1
    await world.end(sitting)
    await tell(house)
    assert value("spom_sittings", **learning) == 0


async def test_housekeeping_tells_how_long_the_queues_are(house):
    for _ in range(3):
        await house.redis.xadd("samples", {"a": "b"})
    await house.redis.xadd("glances", {"a": "b"})
    await tell(house)
    assert (SAMPLES_WAIT._value.get(), GLANCES_WAIT._value.get()) == (3, 1)
