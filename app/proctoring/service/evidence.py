"""Evidence: sealed pictures of looks that failed, for the person who decides.

Only of looks that belong to an incident, and only while the student agrees to it. Of a
passed look only where another student's camera showed the same picture. The object goes
to the store before its row is committed: cut off between the two, the sweep of
retention finds it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from app.accounts.domain.consents import Purpose as Consent
from app.accounts.service.consents import Consents
from app.adapters.audit import Act, Trail
from app.adapters.db import Tx
from app.adapters.envelopes import Envelopes, Purpose, Unreadable
from app.adapters.objects import NoSuchObject, Objects, ObjectsAway
from app.kernel.ids import AccountId, LookId, SittingId
from app.kernel.refusals import NotFound
from app.proctoring.service.desk import Desk
from app.proctoring.service.remembered import FirstPictures
from app.proctoring.store import evidence as store
from app.proctoring.store.evidence import Picture

A_LOOK = 3
AN_INCIDENT = 24
SEEN = "incident.picture_seen"

log = structlog.get_logger()


class NoSuchPicture(NotFound):
    """This picture is not kept any more."""


class Evidence:
    def __init__(
        self,
        desk: Desk,
        envelopes: Envelopes,
        objects: Objects,
        consents: Consents,
        trail: Trail,
    ) -> None:
        self._desk = desk
        self._envelopes = envelopes
        self._objects = objects
        self._consents = consents
        self._trail = trail
        self._first = FirstPictures()

    async def failed(
        self, sitting: SittingId, look: LookId, frames: Sequence[bytes]
    ) -> int:
        """Keeps the pictures of a failed look, and of those that failed just before
        it, if they belong to an incident; else remembers one. How many were kept.

        Where the store is away it raises, and may be called again: twice is once.
        """
        now, kept = self._desk.clock.now(), 0
        for it in self._first.of(sitting, now):
            if it.look != look:
                kept += await self.keep(it.look, [it.jpeg])
        kept += await self.keep(look, frames)
        if kept:
            self._first.forget(sitting)
        elif frames:
            self._first.add(sitting, look, frames[0], now)
        return kept

    async def passed(
        self, sitting: SittingId, look: LookId, frames: Sequence[bytes]
    ) -> int:
        """The student was recognised: nothing of it stays, unless another student was
        recognised in the same picture. How many were kept."""
        self._first.forget(sitting)
        return await self.keep(look, frames)

    def forget_old(self) -> None:
        """For every now and then: nobody's picture waits longer than it may."""
        self._first.expire(self._desk.clock.now())

    async def keep(self, look: LookId, frames: Sequence[bytes]) -> int:
        """Keeps up to three JPEGs of a look; how many. None where the look is of no
        incident (`store.incident_of`), or the student does not agree to it."""
        async with self._desk.db.transaction() as tx:
            found = await store.incident_of(tx, look)
            if found is None or not frames:
                return 0
            incident, account, taken_at = found
            now = self._desk.clock.now()
            if not await self._consents.hold(tx, account, Consent.EVIDENCE):
                await store.note(tx, incident, "unagreed", now)
                return 0
            room = AN_INCIDENT - await store.count_of(tx, incident)
            kept = 0
            for number, jpeg in enumerate(frames[: min(A_LOOK, max(room, 0))]):
                picture = Picture(
                    key=f"evidence/{look}/{number}.sealed",
                    incident=incident,
                    account=account,
                    look=look,
                    number=number,
                    taken_at=taken_at,
                )
                kept += await self._keep(tx, picture, jpeg)
            if kept:
                await store.note(tx, incident, "kept", now)
        return kept

    async def _keep(self, tx: Tx, picture: Picture, jpeg: bytes) -> bool:
        if not await store.insert(tx, picture):
            return False
        context = context_of(picture.key)
        sealed = await self._envelopes.seal(
            tx, picture.account, Purpose.EVIDENCE, jpeg, context=context
        )
        await self._objects.put(picture.key, sealed)
        return True

    async def forget_withdrawn(self, _: AccountId | None = None) -> None:
        """Deletes what nobody can read any more, because that consent was taken back.
        Twice is once; while the store is away, the next time."""
        async with self._desk.db.connection() as tx:
            keys = await store.withdrawn(tx)
        if not keys:
            return
        try:
            await self._objects.delete(keys)
        except ObjectsAway:
            log.warning("evidence_not_forgotten", pictures=len(keys))
            return
        async with self._desk.db.transaction() as tx:
            await store.forget(tx, keys)

    async def of(self, incident: UUID) -> list[Picture]:
        async with self._desk.db.connection() as tx:
            return await store.of_incident(tx, incident)

    async def picture(
        self, by: AccountId, incident: UUID, look: LookId, number: int
    ) -> bytes:
        """A JPEG; the trail has who looked, and why. Raises NoSuchPicture."""
        async with self._desk.db.transaction() as tx:
            wanted = look, number
            found = await store.of_incident(tx, incident)
            one = next((it for it in found if (it.look, it.number) == wanted), None)
            if one is None:
                raise NoSuchPicture
            try:
                sealed = await self._objects.get(one.key)
                context = context_of(one.key)
                jpeg = await self._envelopes.open(
                    tx, one.account, Purpose.EVIDENCE, sealed, context=context
                )
            except (NoSuchObject, Unreadable) as error:
                raise NoSuchPicture from error
            await self.note(tx, by, one.account, incident, f"{look}/{number}")
        return jpeg

    async def views_of(self, account: AccountId) -> list[datetime]:
        """When somebody looked at pictures of this student: for the student."""
        async with self._desk.db.connection() as tx:
            acts = await self._trail.acts(tx, [SEEN], [account])
        return [act.at for act in acts]

    async def note(
        self, tx: Tx, by: AccountId, whom: AccountId, incident: UUID, what: str
    ) -> None:
        """Who looked at whose face for which incident: last in its transaction."""
        act = Act(
            at=self._desk.clock.now(),
            by=by,
            what=SEEN,
            whom=whom,
            details={"incident": str(incident), "picture": what, "why": "review"},
        )
        await self._trail.write(tx, act)


def context_of(key: str) -> str:
    return f"object:{key}"


async def known(tx: Tx) -> set[str]:
    """The keys of all pictures that are kept."""
    return await store.keys(tx)


async def due(tx: Tx, settled_before: datetime, taken_before: datetime) -> list[str]:
    """Decided so long ago, or taken so long ago whatever was decided."""
    return await store.due(tx, settled_before, taken_before)


async def of_student(tx: Tx, account: AccountId) -> list[Picture]:
    return await store.of_student(tx, account)


async def forget(tx: Tx, keys: Sequence[str]) -> int:
    """Deletes the rows of these keys."""
    return await store.forget(tx, keys)
