"""Looks: handed out to be captured, and judged once each."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from app.adapters.db import Tx
from app.adapters.figures import LOOK_SECONDS, LOOKS
from app.kernel.findings import Finding, Shown
from app.kernel.ids import AccountId, LookId
from app.proctoring.domain.judge import UNGUIDED, judge
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.judging import signs_of, verdict_of, verdict_of_capture
from app.proctoring.domain.planning import Lease
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Outcome, Watch
from app.proctoring.domain.words import Verdict, Why
from app.proctoring.service.chance import Unveiling
from app.proctoring.service.desk import WALL, Desk, topic_of
from app.proctoring.service.glances import note_signs
from app.proctoring.service.guiding import Guiding, Sampled
from app.proctoring.store import looks as store
from app.proctoring.store import sittings

CLAIM_MOST = 50
GIVE_BACK = timedelta(seconds=1)


class Looks:
    """What the sampler and the face matcher ask for."""

    def __init__(self, desk: Desk, guiding: Guiding | None = None) -> None:
        """Without `guiding`, device checks take no captures."""
        self._desk = desk
        self._guiding = guiding
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

    async def whose(self, look: LookId, attempt: int) -> AccountId | None:
        """Whose face the sample of this try should show; None when no verdict on it
        would count any more."""
        async with self._desk.db.connection() as tx:
            return await store.whose(tx, look, attempt)

    async def record(
        self,
        look: LookId,
        attempt: int,
        finding: Finding | None,
        shown: Shown | None = None,
    ) -> Verdict | None:
        """Judges a finding (None: our own fault) in one transaction; `shown` may
        become a capture.

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
            now = desk.clock.now()
            judged = judged_of(lease, finding, desk.policy, now, watch.failures)
            facts = json.dumps(asdict(finding)) if finding else None
            await store.write_verdict(tx, look, judged.verdict, facts, now)
            sampled = Sampled(finding=finding, shown=shown) if finding else None
            after, changes = await self._judge(tx, watch, lease, judged, sampled)
            await self._desk.write(tx, after, changes, now, look)
            if self._guiding and sampled:
                await self._guiding.take(tx, watch, changes, sampled)
        LOOKS.labels(judged.verdict).inc()
        LOOK_SECONDS.observe(max(0.0, (now - lease.asked_at).total_seconds()))
        await desk.tell(after, changes)
        return judged.verdict

    async def _judge(
        self,
        tx: Tx,
        watch: Watch,
        lease: Lease,
        judged: Judged,
        sampled: Sampled | None,
    ) -> Outcome:
        terms, guidance = await self._desk.terms(tx, watch.sitting), UNGUIDED
        if self._guiding and sampled:
            guidance = await self._guiding.guidance(
                tx, watch, lease, sampled, terms.chance
            )
        after, changes = judge(watch, judged, terms.policy, terms.chance, guidance)
        if sampled is None or judged.verdict is not Verdict.MATCH:
            return after, changes
        signs = signs_of(sampled.finding, self._desk.policy)
        more = await note_signs(tx, self._desk, after, signs, judged.at)
        return after, [*changes, *more]

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
    lease: Lease, finding: Finding | None, policy: Policy, now: datetime, failures: int
) -> Judged:
    """None: no worker or node answered, which is our own fault."""
    verdict = Verdict.SYSTEM_UNAVAILABLE
    if finding and lease.why is Why.ENROL:
        verdict = verdict_of_capture(finding, policy, failures)
    elif finding:
        verdict = verdict_of(finding, policy)
    return Judged(
        why=lease.why,
        epoch=lease.epoch,
        asked_at=lease.asked_at,
        at=now,
        verdict=verdict,
        asked=lease.ask is not None,
    )
