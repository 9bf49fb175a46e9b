"""Asks every part of the house how it is, all at once, and waits for none for long."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from redis.asyncio import Redis

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.apart import Apart
from app.adapters.faults import kind_of
from app.adapters.key_keeping import KeyKeeping
from app.adapters.media_nodes import MediaNodes
from app.adapters.migrations import read_lag
from app.adapters.objects import Objects, ObjectsAway
from app.adapters.packs_in_use import PacksInUse
from app.adapters.tasks import in_time
from app.booking.service.reports import wait_for_a_person
from app.kernel.refusals import Refusal
from app.operations.status import facts, store
from app.operations.status.facts import Unanswered
from app.proctoring.domain.policy import Policy
from app.proctoring.service.pulse import Pulse

PATIENCE_S = 2.0
"""Who has not answered by then does not work."""
SAMPLES, GLANCES = "samples", "glances"

Found = TypeVar("Found")
_IS_FOLDER = Apart(Path.is_dir)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Whom to ask. `house` is Unanswered where there is no database; `evidence` the
    setting of that name."""

    house: Gatehouse | Unanswered
    redis: Redis
    policy: Policy
    evidence: str


async def or_unanswered(asked: Coroutine[Any, Any, Found]) -> Found | Unanswered:
    """Whatever goes wrong, known or not: this is for the day it does."""
    try:
        return await in_time(asked, PATIENCE_S)
    except TimeoutError:
        return Unanswered(why=f"nothing within {PATIENCE_S:g} s")
    except Refusal as refusal:
        return Unanswered(why=refusal.message)
    except Exception as error:
        return Unanswered(why=kind_of(error))


async def ask(sources: Sources) -> facts.House:
    """Within little more than PATIENCE_S."""
    of_database, (memory, media, queues, evidence) = await asyncio.gather(
        _ask_database(sources),
        _ask_others(sources),
    )
    database, looking, sittings, post, money, keys = of_database
    return facts.House(
        database=database,
        redis=memory,
        media=media,
        queues=queues,
        looking=looking,
        sittings=sittings,
        post=post,
        money=money,
        evidence=evidence,
        keys=keys,
    )


async def _ask_others(
    it: Sources,
) -> tuple[
    facts.Memory | Unanswered,
    facts.Media | Unanswered,
    facts.Queues | Unanswered,
    facts.Evidence | Unanswered,
]:
    return await asyncio.gather(
        or_unanswered(_memory(it.redis)),
        or_unanswered(_media(it.redis)),
        or_unanswered(_queues(it.redis)),
        or_unanswered(_evidence(it.evidence)),
    )


async def _ask_database(
    it: Sources,
) -> tuple[
    facts.Database | Unanswered,
    facts.Looking | Unanswered,
    facts.Sittings | Unanswered,
    facts.Post | Unanswered,
    facts.Money | Unanswered,
    facts.Keys | Unanswered,
]:
    house = it.house
    if isinstance(house, Unanswered):
        return house, house, house, house, house, house
    pulse = Pulse(house.db, house.clock, it.policy)
    return await asyncio.gather(
        or_unanswered(_database(house)),
        or_unanswered(_looking(pulse)),
        or_unanswered(_sittings(pulse)),
        or_unanswered(_post(house)),
        or_unanswered(_money(house)),
        or_unanswered(_keys(house)),
    )


async def _database(house: Gatehouse) -> facts.Database:
    async with house.db.connection() as tx:
        lag = await read_lag(tx)
        used, most = await store.connections(tx)
    return facts.Database(
        connections=used,
        connections_most=most,
        missing=lag.missing,
        changed=lag.changed,
    )


async def _looking(pulse: Pulse) -> facts.Looking:
    due, beat = await pulse.due(), await pulse.read()
    return facts.Looking(
        due=due.looks,
        late_s=due.late_s,
        late_after_s=due.late_after_s,
        judged=beat.judged,
        failed=beat.failed,
        waiting_since=beat.waiting_since,
    )


async def _sittings(pulse: Pulse) -> facts.Sittings:
    found = await pulse.open_sittings()
    return facts.Sittings(
        open={it.kind: it.open for it in found},
        running={it.kind: it.running for it in found},
    )


async def _post(house: Gatehouse) -> facts.Post:
    outbox = house.outbox
    async with house.db.connection() as tx:
        return facts.Post(
            email=await outbox.waiting(tx, "email"),
            sms=await outbox.waiting(tx, "sms"),
            email_since=await outbox.waiting_since(tx, "email"),
            sms_since=await outbox.waiting_since(tx, "sms"),
        )


async def _money(house: Gatehouse) -> facts.Money:
    async with house.db.connection() as tx:
        return facts.Money(refunds=await wait_for_a_person(tx))


async def _keys(house: Gatehouse) -> facts.Keys:
    keeping = KeyKeeping(house.db, house.clock, house.trail, house.envelopes)
    lines = await keeping.list()
    return facts.Keys(
        newest=next(it.key_id for it in lines if it.newest),
        missing=tuple(it.key_id for it in lines if not it.here),
    )


async def _memory(redis: Redis) -> facts.Memory:
    told = await redis.info("memory")
    return facts.Memory(
        used_bytes=int(told["used_memory"]), most_bytes=int(told["maxmemory"])
    )


async def _media(redis: Redis) -> facts.Media:
    beats = await MediaNodes(redis).beats()
    return facts.Media(
        nodes=tuple(
            facts.NodeSeen(
                name=node.name,
                streams=node.streams,
                capacity=node.capacity,
                silent_s=round(age_s, 1),
                draining=node.draining,
            )
            for node, age_s in beats
        )
    )


async def _queues(redis: Redis) -> facts.Queues:
    return facts.Queues(
        samples=await redis.xlen(SAMPLES),
        glances=await redis.xlen(GLANCES),
        packs=tuple(sorted(await PacksInUse(redis).told())),
    )


async def _evidence(url: str) -> facts.Evidence:
    """A folder that is not there is not made: it may be a mount that is away."""
    if not url.startswith("s3://"):
        if not await _IS_FOLDER.ask(Path(url)):
            raise ObjectsAway("The folder of SPOM_EVIDENCE is not there.")
        return facts.Evidence(kind="folder")
    async for _ in Objects(url).all():
        break
    return facts.Evidence(kind="bucket")
