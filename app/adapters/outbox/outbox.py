"""Posting letters, and what couriers do with them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from app.adapters.db import Row, Tx
from app.adapters.outbox import store
from app.adapters.outbox.letters import Letter
from app.adapters.sealing import Sealer, Unsealable

LEASE = timedelta(seconds=60)
"""Longer than any sending may take: nobody sends a letter that is being sent."""
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A letter that is the caller's until the lease ends; None: it cannot be read."""

    letter_id: UUID
    letter: Letter | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """For the outbox page of a development machine."""

    letter: Letter
    posted_at: datetime
    state: str


class Outbox:
    """What letters say is sealed with the row's id: it opens nowhere else."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def post(self, tx: Tx, letter: Letter, now: datetime) -> None:
        """In the caller's transaction: what is rolled back sends nothing."""
        letter_id = uuid4()
        sealed = self._sealer.seal(letter.to_bytes(), context=f"letter:{letter_id}")
        await store.insert(tx, letter_id, letter, sealed, now)

    async def claim(self, tx: Tx, now: datetime, limit: int = 10) -> list[Claimed]:
        rows = await store.claim(tx, now, LEASE, limit)
        return [
            Claimed(
                letter_id=row["letter_id"],
                letter=self._open(row),
                attempts=row["attempts"],
            )
            for row in rows
        ]

    async def settle(
        self,
        tx: Tx,
        letter_id: UUID,
        state: str,
        now: datetime,
        reason: str | None = None,
    ) -> None:
        await store.settle(tx, letter_id, state, reason, now)

    async def put_off(
        self, tx: Tx, letter_id: UUID, due_at: datetime, reason: str
    ) -> None:
        await store.put_off(tx, letter_id, due_at, reason)

    async def shown(self, tx: Tx, limit: int = 200) -> list[Shown]:
        """Newest first. Letters to nobody are left out."""
        rows = await store.read_shown(tx, limit)
        opened = [(self._open(row), row) for row in rows]
        return [
            Shown(letter=letter, posted_at=row["posted_at"], state=row["state"])
            for letter, row in opened
            if letter is not None and letter.to is not None
        ]

    async def about(self, tx: Tx, account: UUID, limit: int = 20) -> Sequence[Row]:
        """channel, kind, state, reason, posted_at, settled_at; never what they said."""
        return await store.read_about(tx, account, limit)

    async def waiting_since(self, tx: Tx, channel: str) -> datetime | None:
        """Since when nothing of this channel goes out that should; None: all goes."""
        return await store.read_waiting_since(tx, channel)

    async def waiting(self, tx: Tx, channel: str) -> int:
        """How many letters of this channel are not sent yet."""
        return await store.count_waiting(tx, channel)

    async def forget_old(self, tx: Tx, now: datetime) -> None:
        await store.delete_before(tx, now - KEPT)

    def _open(self, row: Row) -> Letter | None:
        context = f"letter:{row['letter_id']}"
        try:
            plain = self._sealer.open(row["sealed"], context=context)
        except Unsealable:
            return None
        to, subject, text = json.loads(plain)
        return Letter(
            channel=row["channel"],
            to=to,
            kind=row["kind"],
            subject=subject,
            text=text,
            useful_until=row["useful_until"],
            about=row["about"],
        )
