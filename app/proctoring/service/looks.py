"""Looks: handed out to be captured, and judged once each."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from app.kernel.findings import Finding
from app.kernel.ids import AccountId, LookId, SittingId
from app.proctoring.domain.judge import Judged, judge
from app.proctoring.domain.judging import signs_of, verdict_of
from app.proctoring.domain.planning import Lease
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict
from app.proctoring.service.chance import Unveiling
from app.proctoring.service.desk import WALL, Desk, topic_of, write
from app.proctoring.service.glances import note_signs
from app.proctoring.store import looks as store
from app.proctoring.store import sittings

CLAIM_MOST = 50
GIVE_BACK = timedelta(seconds=1)


class Looks:
    """What the sampler and the face matcher ask for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._unveiling = Unveiling(desk.seeds)

    async def claim_due(self) -> list[Lease]:
        """Leases what is due to the caller, for `Policy.lease_s`."""
        policy, now = self._desk.policy, self._desk.clock.now()
        async with self._desk.db.transaction() as tx:
            await self._unveiling.unveil_due(tx, now)
            return await store.claim_due(
                tx,
                now,
                store.Patience(
                    plain=timedelta(seconds=policy.lease_s),
                    asked=timedelta(seconds=policy.asked_lease_s),
                ),
                attempts=policy.attempts,
                limit=CLAIM_MOST,
            )

    async def announce(self, leases: list[Lease]) -> None:
        """Tells the pages of these sittings to burst: somebody looks now."""
        if leases:
            async with self._desk.db.connection() as tx:
                accounts = await sittings.accounts_of(
                    tx, [lease.sitting for lease in leases]
                )
            await self._desk.bell.ring([*map(topic_of, accounts), WALL])

    async def give_back(self, lease: Lease) -> None:
        """No video to look at yet: due again in a second, this try not counted."""
        async with self._desk.db.transaction() as tx:
            now = self._desk.clock.now()
            lapse = timedelta(seconds=self._desk.policy.lapse_s)
            await store.give_back(tx, lease, now + GIVE_BACK, now, lapse)

    async def account_of(self, sitting: SittingId) -> AccountId | None:
        """Whose face the sample of this sitting should show."""
        async with self._desk.db.connection() as tx:
            accounts = await sittings.accounts_of(tx, [sitting])
        return accounts[0] if accounts else None

    async def record(
        self, look: LookId, attempt: int, finding: Finding | None
    ) -> Verdict | None:
        """Judges a finding (None: our own fault) in one transaction.

        Returns the verdict; None when the look was judged, cancelled or is being
        tried again, so that a sample delivered twice or late changes nothing.
        """
        desk = self._desk
        async with desk.db.transaction() as tx:
            sitting = await store.sitting_of(tx, look)
            watch = await sittings.lock(tx, sitting) if sitting else None
            lease = await store.leased(tx, look, attempt)
            if watch is None or lease is None:
                return None
            judged = judged_of(lease, finding, desk.policy, desk.clock.now())
            facts = json.dumps(asdict(finding)) if finding else None
            await store.write_verdict(tx, look, judged.verdict, facts, judged.at)
            terms = await desk.terms(tx, watch.sitting)
            after, changes = judge(watch, judged, terms.policy, terms.chance)
            if finding is not None and judged.verdict is Verdict.MATCH:
                signs = signs_of(finding, desk.policy)
                more = await note_signs(tx, desk, after, signs, judged.at)
                changes = [*changes, *more]
            await write(tx, after, changes, judged.at, look)
        await desk.tell(after, changes)
        return judged.verdict

    async def give_up(self) -> int:
        """Looks that no try answered: our fault, which costs the student nothing."""
        desk = self._desk
        async with desk.db.connection() as tx:
            used_up = await store.used_up(
                tx, desk.clock.now(), attempts=desk.policy.attempts, limit=CLAIM_MOST
            )
        for lease in used_up:
            await self.record(lease.look, lease.attempt, None)
        return len(used_up)


def judged_of(
    lease: Lease, finding: Finding | None, policy: Policy, now: datetime
) -> Judged:
    """None: no worker or node answered, which is our own fault."""
    ours = Verdict.SYSTEM_UNAVAILABLE
    return Judged(
        why=lease.why,
        epoch=lease.epoch,
        asked_at=lease.asked_at,
        at=now,
        verdict=verdict_of(finding, policy) if finding else ours,
        asked=lease.ask is not None,
    )
