"""How often one student is looked at by chance, as a proctor decides."""

from app.adapters.audit import Act, Trail
from app.kernel.ids import AccountId, SittingId
from app.kernel.reasons import reason_of
from app.kernel.refusals import Refusal
from app.proctoring.domain.changes import Change
from app.proctoring.domain.planning import routine
from app.proctoring.domain.watch import SittingEnded
from app.proctoring.domain.words import State, Why
from app.proctoring.service.desk import Desk, NoSuchSitting
from app.proctoring.store import draws as store
from app.proctoring.store import looks, sittings

RATED = "sitting.rate"
REASON_MIN, REASON_MAX = 3, 300
LEAST, MOST, STEP = 0.5, 60.0, 0.5


class UnknownRate(Refusal):
    """Choose 0.5 to 60 looks an hour, in steps of 0.5."""


class NoReason(Refusal):
    """Please say why, in 3 to 300 characters: it is written into the trail."""


class Rates:
    def __init__(self, desk: Desk, trail: Trail) -> None:
        self._desk = desk
        self._trail = trail

    async def set_rate(
        self, by: AccountId, sitting: SittingId, per_hour: float, reason: str
    ) -> None:
        """Until the sitting ends; the open random look is drawn anew at this rate.

        Raises UnknownRate, NoReason, NoSuchSitting or SittingEnded.
        """
        if not LEAST <= per_hour <= MOST or per_hour % STEP:
            raise UnknownRate
        reason = reason_of(reason, REASON_MIN, REASON_MAX, NoReason)
        desk, planned = self._desk, list[Change]()
        async with desk.db.transaction() as tx:
            watch = await sittings.lock(tx, sitting)
            if watch is None:
                raise NoSuchSitting
            if watch.state is State.ENDED:
                raise SittingEnded
            now = desk.clock.now()
            await store.set_rate(tx, sitting, per_hour)
            if watch.state is State.RUNNING and not watch.failures:
                await looks.cancel_random(tx, sitting, now)
                terms = await desk.terms(tx, sitting)
                wanted = routine(now, terms.policy, terms.chance)
                planned = [it for it in wanted if it.why is Why.RANDOM]
            await self._desk.write(tx, watch, planned, now)
            told = {"sitting": str(sitting), "per_hour": str(per_hour), "why": reason}
            whom = watch.account
            act = Act(at=now, by=by, what=RATED, whom=whom, details=told)
            await self._trail.write(tx, act)
        await desk.tell(watch, planned)
