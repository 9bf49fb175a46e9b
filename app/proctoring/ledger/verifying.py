"""Verifying everybody's hours: in batches, of one snapshot."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.people import NoSuchPerson
from app.accounts.store import people
from app.adapters.audit.chain import Event
from app.adapters.db import Tx
from app.kernel.ids import NOBODY, AccountId
from app.proctoring.domain.policy import Policy
from app.proctoring.ledger import store
from app.proctoring.ledger.proof import APPROVED, ASKED, Problem, Written, recompute

BATCH = 100
PROBLEMS_KEPT = 1000


@dataclass(slots=True, kw_only=True)
class Verified:
    """`problems` are the first thousand of `problem_count`."""

    students: int = 0
    stretches: int = 0
    corrections: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)

    def take(self, found: Iterable[Problem]) -> None:
        for problem in found:
            self.problem_count += 1
            if len(self.problems) < PROBLEMS_KEPT:
                self.problems.append(problem)


async def verify(
    house: Gatehouse, policy: Policy, account: AccountId | None = None
) -> Verified:
    """Of everybody who has hours, or of one student. Raises NoSuchPerson.

    One snapshot, so that time which passes meanwhile disturbs nothing.
    """
    done, now = Verified(), house.clock.now()
    as_of = store.AsOf(now=now, reach=timedelta(seconds=policy.checkpoint_every_s))
    bridge = timedelta(seconds=policy.bridge_s)
    async with house.db.transaction() as tx:
        await store.one_snapshot(tx)
        async for batch in _batches(tx, account):
            written = await _written(house, tx, batch)
            for history in await store.histories(tx, batch, as_of, bridge):
                mine = [it for it in written if it.whom == history.account]
                done.take(recompute(history, bridge, mine))
                done.students += 1
                done.stretches += len(history.stretches)
                done.corrections += len(history.corrections)
    return done


async def _batches(
    tx: Tx, account: AccountId | None
) -> AsyncIterator[dict[AccountId, str]]:
    """Accounts and their SRNs."""
    if account is not None:
        person = await people.by_id(tx, account)
        if person is None:
            raise NoSuchPerson
        yield {account: person.srn}
        return
    batch = await store.students_after(tx, None, BATCH)
    while batch:
        yield batch
        batch = await store.students_after(tx, max(batch), BATCH)


async def _written(
    house: Gatehouse, tx: Tx, accounts: Iterable[AccountId]
) -> list[Written]:
    events = await house.trail.acts(tx, [ASKED, APPROVED], list(accounts))
    return [_read(event) for event in events]


def _read(event: Event) -> Written:
    """What cannot be read says nothing of any correction."""
    try:
        told = json.loads(event.details)
        correction, seconds = UUID(told["correction"]), int(told["seconds"])
        module = str(told["module"])
    except (ValueError, KeyError, TypeError, AttributeError):
        correction, seconds, module = NOBODY, 0, ""
    return Written(
        correction=correction,
        whom=AccountId(event.whom or NOBODY),
        what=event.what,
        by=AccountId(event.by) if event.by else None,
        seconds=seconds,
        module=module,
    )
