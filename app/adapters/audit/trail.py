"""Writing, reading and verifying the trail."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.adapters.audit import store
from app.adapters.audit.chain import Event, Head, Verifier, digest, signed
from app.adapters.db import Database, Tx
from app.adapters.sealing import Sealer
from app.kernel.ids import AccountId

BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`by` None: the system or a command line. `details`: ids, counts and words; never
    a secret, a name or a contact."""

    at: datetime
    by: AccountId | None
    what: str
    whom: AccountId | None = None
    details: Mapping[str, str | int | bool] = field(default_factory=dict)


class Trail:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def write(self, tx: Tx, act: Act) -> None:
        """In the transaction of the act, and as its last statement: all acts of the
        house wait for this row."""
        head = await store.lock_head(tx)
        event = Event(
            seq=head.seq + 1,
            at=act.at,
            by=act.by,
            what=act.what,
            whom=act.whom,
            details=json.dumps(dict(act.details), sort_keys=True),
            previous=head.hash,
        )
        event = replace(event, hash=digest(event))
        await store.insert(tx, event)
        await store.move_head(tx, self.sign(event.seq, event.hash))

    def sign(self, seq: int, hash_: bytes) -> Head:
        return signed(seq, hash_, self._mac)

    async def head(self, tx: Tx) -> Head:
        return await store.read_head(tx)

    async def recent(
        self,
        tx: Tx,
        *,
        limit: int = 50,
        before: int | None = None,
        whom: AccountId | None = None,
    ) -> list[Event]:
        """Newest first, before the event numbered `before`."""
        return await store.read_before(tx, before, whom, limit)

    async def acts(
        self, tx: Tx, whats: Sequence[str], whom: Sequence[AccountId]
    ) -> list[Event]:
        """Of these kinds, done to any of these; in their order."""
        return await store.read_acts(tx, whats, whom)

    async def verify(self, db: Database, anchors: Iterable[Head] = ()) -> Verifier:
        """Every event in batches, in one snapshot's order; its `problems` say what is
        wrong."""
        verifier = Verifier(mac=self._mac)
        verifier.expect(anchors)
        async with db.transaction() as tx:
            await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            head, last = await store.read_head(tx), 0
            while events := await store.read_after(tx, last, BATCH):
                for event in events:
                    verifier.feed(event)
                last = events[-1].seq
        verifier.finish(head)
        return verifier

    def _mac(self, text: str) -> bytes:
        return self._sealer.keyed_hash("audit", text)
