"""What proctors do to a sitting: each act one transaction, and in the trail."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from app.adapters.audit import Act, Trail
from app.adapters.db import Row, Tx
from app.exams.domain.events import Event
from app.exams.service.events import told_last
from app.kernel.ids import AccountId, SittingId
from app.kernel.reasons import reason_of
from app.kernel.refusals import NotFound, Refusal
from app.proctoring.domain import watch as life
from app.proctoring.domain.watch import SittingEnded, Watch
from app.proctoring.domain.words import Ending, Reason, State, Why
from app.proctoring.service.desk import Decision, Desk, NoSuchSitting
from app.proctoring.store import incident_pages, sittings
from app.proctoring.store import wall as store

WORDS_MAX = 500
EVENTS_MOST = 20
"""Of a test in the timeline, so that they crowd out no look."""
REASON_MIN, REASON_MAX = 10, 300


class SayWhyEnd(Refusal):
    """Please say why you end it, in 10 to 300 characters: it is in the trail."""


class NothingToSay(Refusal):
    """Please write 1 to 500 characters to the student."""


class NoSuchMessage(NotFound):
    """There is no such message for you."""


class Proctors:
    def __init__(self, desk: Desk, trail: Trail) -> None:
        self._desk = desk
        self._trail = trail

    async def check(self, by: AccountId, sitting: SittingId) -> None:
        """A look, now."""
        await self._act(
            by, sitting, "check", lambda watch, now: life.check(watch, Why.PROCTOR, now)
        )

    async def pause(self, by: AccountId, sitting: SittingId) -> None:
        policy = self._desk.policy
        await self._act(
            by,
            sitting,
            "pause",
            lambda watch, now: life.pause(watch, Reason.PROCTOR, now, policy),
        )

    async def resume(self, by: AccountId, sitting: SittingId) -> None:
        """Lets the student go on; a look comes first."""
        await self._act(
            by,
            sitting,
            "resume",
            lambda watch, now: life.resume(watch, Reason.PROCTOR, now),
        )

    async def end(self, by: AccountId, sitting: SittingId, why: str) -> None:
        """Raises SayWhyEnd."""
        reason = reason_of(why, REASON_MIN, REASON_MAX, SayWhyEnd)
        policy = self._desk.policy
        await self._act(
            by,
            sitting,
            "end",
            lambda watch, now: life.end(watch, Ending.PROCTOR, now, policy),
            {"why": reason},
        )

    async def say(self, by: AccountId, sitting: SittingId, words: str) -> None:
        """A message to the student, shown at once; the same, unread, is one."""
        text = words.strip()
        if not 1 <= len(text) <= WORDS_MAX:
            raise NothingToSay
        async with self._desk.db.transaction() as tx:
            watch = await self._locked(tx, sitting)
            if watch.state is State.ENDED:
                raise SittingEnded
            now = self._desk.clock.now()
            if await store.send(tx, uuid4(), sitting, by, text, now):
                await self._write(tx, by, "message", watch, {})
        await self._desk.tell(watch)

    async def read(self, account: AccountId, message: UUID) -> None:
        """The student has read it. Raises NoSuchMessage."""
        async with self._desk.db.transaction() as tx:
            if not await store.read(tx, message, account, self._desk.clock.now()):
                raise NoSuchMessage
        await self._desk.tell_of(account)

    async def timeline(
        self, sitting: SittingId
    ) -> tuple[list[Row], list[Row], list[Row], Sequence[Event]]:
        """What happened, what was written to the student, what staff did, and the last
        things that a test's browser told."""
        async with self._desk.db.connection() as tx:
            if not await sittings.accounts_of(tx, [sitting]):
                raise NoSuchSitting
            exam = await store.exam_of(tx, sitting)
            return (
                await incident_pages.timeline(tx, sitting),
                await store.messages(tx, sitting),
                await store.acts(tx, sitting),
                await told_last(tx, exam, EVENTS_MOST) if exam else (),
            )

    async def _act(
        self,
        by: AccountId,
        sitting: SittingId,
        what: str,
        decide: Decision,
        details: Mapping[str, str] | None = None,
    ) -> None:
        async with self._desk.db.transaction() as tx:
            watch = await self._locked(tx, sitting)
            now = self._desk.clock.now()
            after, changes = decide(watch, now)
            if changes or after != watch:
                await self._desk.write(tx, after, changes, now)
            await self._write(tx, by, what, watch, details or {})
        await self._desk.tell(after, changes)

    async def _locked(self, tx: Tx, sitting: SittingId) -> Watch:
        watch = await sittings.lock(tx, sitting)
        if watch is None:
            raise NoSuchSitting
        return watch

    async def _write(
        self, tx: Tx, by: AccountId, what: str, watch: Watch, more: Mapping[str, str]
    ) -> None:
        act = Act(
            at=self._desk.clock.now(),
            by=by,
            what=f"sitting.{what}",
            whom=watch.account,
            details={"sitting": str(watch.sitting), **more},
        )
        await self._trail.write(tx, act)
