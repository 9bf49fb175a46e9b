"""Checking by a person: pictures wait, a proctor compares, time follows."""

from datetime import datetime
from uuid import UUID

from app.adapters.audit import Act, Trail
from app.adapters.db import Tx
from app.adapters.envelopes import Envelopes, Purpose, Unreadable
from app.kernel.ids import AccountId, LookId
from app.kernel.refusals import Conflict, NotFound
from app.proctoring.domain.by_person import compared, hold
from app.proctoring.domain.judge import judge
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.planning import Lease
from app.proctoring.domain.words import SUSPICIOUS, Kind, Verdict
from app.proctoring.service.desk import WALL, Desk, topic_of
from app.proctoring.store import looks, sittings
from app.proctoring.store import pictures as store
from app.proctoring.store.pictures import Waiting

ANSWERS = frozenset({Verdict.MATCH, Verdict.BLURRED}) | SUSPICIOUS
"""What a person may say: blurred stands for "I cannot tell"."""


class NoSuchPicture(NotFound):
    """This picture has been compared already."""


class OlderFirst(Conflict):
    """An older picture of this student waits. Compare that one first."""


class Pictures:
    def __init__(self, desk: Desk, envelopes: Envelopes, trail: Trail) -> None:
        self._desk = desk
        self._envelopes = envelopes
        self._trail = trail

    async def hold(self, look: LookId, attempt: int, jpeg: bytes | None) -> None:
        """Keeps the picture of a look for a person. None: no video reached us.

        Late or doubled samples change nothing, as for a machine.
        """
        desk = self._desk
        async with desk.db.transaction() as tx:
            sitting = await looks.sitting_of(tx, look)
            watch = await sittings.lock(tx, sitting) if sitting else None
            lease = await looks.leased(tx, look, attempt)
            if watch is None or lease is None:
                return
            now, terms = desk.clock.now(), await desk.terms(tx, watch.sitting)
            if jpeg is None or watch.kind is Kind.CHECK:
                # A check shows its own owner whether the camera works: nobody looks.
                ours = Verdict.NO_VIDEO if jpeg is None else Verdict.SYSTEM_UNAVAILABLE
                judged = _judged(lease, ours, now)
                await looks.write_verdict(tx, look, ours, None, now)
                after, changes = judge(watch, judged, terms.policy, terms.chance)
            else:
                sealed = await self._seal(tx, watch.account, look, jpeg)
                await store.hold(tx, look, sealed, now)
                judged = _judged(lease, Verdict.HELD, now)
                after, changes = hold(watch, judged, terms.policy, terms.chance)
            await self._desk.write(tx, after, changes, now, look)
        await desk.tell(after, changes)

    async def next(self) -> Waiting | None:
        async with self._desk.db.connection() as tx:
            return await store.next_waiting(tx)

    async def count(self) -> int:
        async with self._desk.db.connection() as tx:
            return await store.count(tx)

    async def picture(self, by: AccountId, look: LookId) -> bytes:
        """A JPEG; the trail has who looked. Raises NoSuchPicture."""
        async with self._desk.db.transaction() as tx:
            row = await store.sitting_of(tx, look)
            sealed = await store.picture_of(tx, look)
            if row is None or sealed is None:
                raise NoSuchPicture
            await self._note(tx, by, "picture.seen", row["account_id"], look)
            return await self._open(tx, AccountId(row["account_id"]), look, sealed)

    async def account_of(self, by: AccountId, look: LookId) -> AccountId:
        """Whose picture waits; the trail has who looked. Raises NoSuchPicture."""
        async with self._desk.db.transaction() as tx:
            row = await store.sitting_of(tx, look)
            if row is None:
                raise NoSuchPicture
            await self._note(tx, by, "photo.seen", row["account_id"], look)
        return AccountId(row["account_id"])

    async def compare(self, by: AccountId, look: LookId, verdict: Verdict) -> None:
        """One decision, once. Raises NoSuchPicture or OlderFirst."""
        assert verdict in ANSWERS
        desk = self._desk
        async with desk.db.transaction() as tx:
            row = await store.sitting_of(tx, look)
            watch = await sittings.lock(tx, row["sitting_id"]) if row else None
            lease = await store.held(tx, look)
            if watch is None or lease is None:
                raise NoSuchPicture
            if await store.has_older(tx, watch.account, lease.asked_at):
                raise OlderFirst
            judged = _judged(lease, verdict, desk.clock.now())
            await looks.write_verdict(tx, look, verdict, None, judged.at)
            await store.forget(tx, look)
            after, changes = compared(watch, judged, judged.at, desk.policy)
            await self._desk.write(tx, after, changes, judged.at, look)
            await self._note(tx, by, "picture.compared", watch.account, look, verdict)
        await desk.tell(after, changes)

    async def forget_withdrawn(self, _: AccountId | None = None) -> None:
        """Deletes the pictures that wait of whoever has taken back the camera, and
        cancels their looks. Twice is once."""
        async with self._desk.db.transaction() as tx:
            whose = await store.cancel_without_camera(tx, self._desk.clock.now())
            for account in whose:  # one may have come between withdrawal and now
                await self._envelopes.shred(tx, account, Purpose.PICTURE)
            await store.forget_settled(tx)
        if whose:
            await self._desk.bell.ring([WALL, *map(topic_of, whose)])

    async def _seal(
        self, tx: Tx, account: AccountId, look: LookId, jpeg: bytes
    ) -> bytes:
        return await self._envelopes.seal(
            tx, account, Purpose.PICTURE, jpeg, context=context_of(look)
        )

    async def _open(
        self, tx: Tx, account: AccountId, look: LookId, sealed: bytes
    ) -> bytes:
        try:
            return await self._envelopes.open(
                tx, account, Purpose.PICTURE, sealed, context=context_of(look)
            )
        except Unreadable:  # consent to the camera was withdrawn just now
            raise NoSuchPicture from None

    async def _note(
        self,
        tx: Tx,
        by: AccountId,
        what: str,
        whom: UUID,
        look: LookId,
        verdict: Verdict | None = None,
    ) -> None:
        details = {"look": str(look), "why": "to compare by eye"}
        if verdict is not None:
            details["verdict"] = str(verdict)
        now = self._desk.clock.now()
        act = Act(at=now, by=by, what=what, whom=AccountId(whom), details=details)
        await self._trail.write(tx, act)


def context_of(look: LookId) -> str:
    """What a picture is sealed to."""
    return f"look-picture:{look}"


def _judged(lease: Lease, verdict: Verdict, now: datetime) -> Judged:
    return Judged(
        why=lease.why,
        epoch=lease.epoch,
        asked_at=lease.asked_at,
        at=now,
        verdict=verdict,
    )
