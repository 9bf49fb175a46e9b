"""Which rows tell of sealed objects, for exports, erasures and the sweep."""

from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Database, Tx
from app.adapters.objects import Objects
from app.kernel.ids import AccountId
from app.operations.privacy.kept import Kept, KeptObject, ObjectSweep
from app.operations.privacy.policy import RetentionPolicy
from app.operations.privacy.retention import Sweep
from app.proctoring.service import evidence


class ProctoringEvidence:
    """Pictures of incidents."""

    async def known(self, tx: Tx) -> set[str]:
        return await evidence.known(tx)

    async def due(
        self, tx: Tx, settled_before: datetime, taken_before: datetime
    ) -> list[str]:
        return await evidence.due(tx, settled_before, taken_before)

    async def of(self, tx: Tx, account: AccountId) -> list[KeptObject]:
        return [
            KeptObject(
                key=it.key,
                context=evidence.context_of(it.key),
                name=f"{it.taken_at:%Y-%m-%d-%H-%M-%S}-{it.number}",
            )
            for it in await evidence.of_student(tx, account)
        ]

    async def forget(self, tx: Tx, keys: Sequence[str]) -> int:
        return await evidence.forget(tx, keys)


KEPT: Kept | None = ProctoringEvidence()


def sweeps_of(db: Database, objects: Objects, policy: RetentionPolicy) -> list[Sweep]:
    return [ObjectSweep(db, objects, KEPT, policy)] if KEPT else []
