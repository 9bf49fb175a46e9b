"""Guided enrolment: which captures a device check still takes, and taking them."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.domain.enrolment import Capture, Enrolled
from app.accounts.service.enrolments import Enrolments
from app.adapters.db import Tx
from app.kernel.findings import Finding, Shown
from app.kernel.ids import AccountId
from app.proctoring.domain.changes import CaptureTaken, Change
from app.proctoring.domain.check_looks import Guidance, in_turn
from app.proctoring.domain.check_picture import MadeOf
from app.proctoring.domain.draws import Chance, What
from app.proctoring.domain.judge import UNGUIDED
from app.proctoring.domain.judging import is_clear
from app.proctoring.domain.planning import Lease
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import Kind, Why

_MADE_OF = {Enrolled.WAITING: MadeOf.WAITING, Enrolled.APPROVED: MadeOf.CAPTURES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """What the engine made of a sample; `shown` where it saw what was asked."""

    finding: Finding
    shown: Shown | None = None


class Guiding:
    """In the transactions of looks, and after them."""

    def __init__(self, enrolments: Enrolments, policy: Policy) -> None:
        self._enrolments = enrolments
        self._policy = policy

    async def begin(self, account: AccountId) -> None:
        """A new check."""
        await self._enrolments.begin(account)

    async def over(self, tx: Tx, account: AccountId) -> None:
        """A check that is finished, or given up, keeps no picture it has no use for."""
        await self._enrolments.forget_unfinished(tx, account)

    async def guidance(
        self, tx: Tx, watch: Watch, lease: Lease, sampled: Sampled, chance: Chance
    ) -> Guidance:
        """Of a check alone, and where the template lacks captures."""
        if watch.kind is not Kind.CHECK or not self._policy.enrol:
            return UNGUIDED
        pack = sampled.finding.pack
        missing = await self._enrolments.missing(tx, watch.account, pack)
        guided = lease.why is Why.ENROL and sampled.shown is not None
        return Guidance(
            missing=in_turn(missing, chance.draw(Why.ENROL, What.TURN)),
            asked=lease.ask if guided else None,
        )

    async def take(
        self, tx: Tx, watch: Watch, changes: Sequence[Change], sampled: Sampled
    ) -> None:
        """What was judged to be a capture, kept. Last in its transaction."""
        finding, shown = sampled.finding, sampled.shown
        for change in changes:
            if isinstance(change, CaptureTaken) and shown is not None:
                capture = Capture(
                    ask=change.ask,
                    clear=is_clear(finding, self._policy),
                    vector=shown.vector,
                    picture=shown.jpeg,
                )
                await self._enrolments.take(tx, watch.account, finding.pack, capture)

    async def made_of(self, tx: Tx, account: AccountId) -> MadeOf | None:
        """The template, as far as enrolling went; None: policy takes no captures."""
        if not self._policy.enrol:
            return None
        standing = await self._enrolments.standing(tx, account)
        return _MADE_OF.get(standing.state, MadeOf.PHOTO) if standing else MadeOf.PHOTO
