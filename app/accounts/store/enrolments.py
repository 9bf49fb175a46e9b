"""Enrolments and their captures, until a template is made of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts.domain.enrolment import Capture, Enrolled
from app.adapters.db import Row, Tx
from app.kernel.findings import Ask
from app.kernel.ids import AccountId, PhotoId


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The sealed template of a photo, locked; `captures` it holds already."""

    photo: PhotoId
    sealed: bytes
    captures: int


async def lock_template(tx: Tx, account: AccountId, pack: str) -> Template | None:
    """Nobody withdraws, enrols or decides meanwhile."""
    row = await tx.fetchrow(
        """SELECT photo_id, sealed, captures FROM reference
           WHERE account_id = $1 AND pack = $2 AND state = 'made' FOR UPDATE""",
        account,
        pack,
    )
    if row is None:
        return None
    return Template(
        photo=PhotoId(row["photo_id"]), sealed=row["sealed"], captures=row["captures"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    enrolment: UUID
    account: AccountId
    photo: PhotoId
    pack: str
    state: Enrolled


async def of_photo(tx: Tx, photo: PhotoId, pack: str) -> Enrolment | None:
    row = await tx.fetchrow(
        "SELECT * FROM enrolment WHERE photo_id = $1 AND pack = $2", photo, pack
    )
    return _enrolment(row) if row else None


async def by_id(tx: Tx, enrolment: UUID) -> Enrolment | None:
    row = await tx.fetchrow(
        "SELECT * FROM enrolment WHERE enrolment_id = $1", enrolment
    )
    return _enrolment(row) if row else None


async def newest(tx: Tx, account: AccountId) -> Row | None:
    """state, began_at, reason, taken (a list of asks)."""
    return await tx.fetchrow(
        """SELECT state, began_at, reason, ARRAY(SELECT ask FROM capture c
               WHERE c.enrolment_id = e.enrolment_id) AS taken
           FROM enrolment e WHERE account_id = $1 ORDER BY began_at DESC LIMIT 1""",
        account,
    )


async def begin(tx: Tx, it: Enrolment, now: datetime) -> None:
    """Twice is once."""
    await tx.execute(
        """INSERT INTO enrolment (enrolment_id, account_id, photo_id, pack, began_at)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING""",
        it.enrolment,
        it.account,
        it.photo,
        it.pack,
        now,
    )


async def begin_afresh(tx: Tx, account: AccountId) -> None:
    """Of what was not finished, or refused, nothing is taken up again."""
    await tx.execute(
        """DELETE FROM enrolment
           WHERE account_id = $1 AND state IN ('capturing', 'refused')""",
        account,
    )


async def captures(tx: Tx, enrolment: UUID) -> list[Capture]:
    """Sealed, in the order they were taken."""
    rows = await tx.fetch(
        """SELECT ask, clear, vector, picture FROM capture
           WHERE enrolment_id = $1 ORDER BY taken_at""",
        enrolment,
    )
    return [
        Capture(
            ask=Ask(row["ask"]),
            clear=row["clear"],
            vector=row["vector"],
            picture=row["picture"],
        )
        for row in rows
    ]


async def taken(tx: Tx, photo: PhotoId, pack: str) -> set[Ask]:
    """Which captures an enrolment has so far."""
    rows = await tx.fetch(
        """SELECT ask FROM capture JOIN enrolment USING (enrolment_id)
           WHERE photo_id = $1 AND pack = $2""",
        photo,
        pack,
    )
    return {Ask(row["ask"]) for row in rows}


async def add(tx: Tx, enrolment: UUID, it: Capture, now: datetime) -> None:
    """The first of its kind stays."""
    await tx.execute(
        """INSERT INTO capture (enrolment_id, ask, clear, vector, picture, taken_at)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING""",
        enrolment,
        it.ask,
        it.clear,
        it.vector,
        it.picture,
        now,
    )


async def wait(tx: Tx, enrolment: UUID, now: datetime) -> None:
    """Until a person has compared."""
    await tx.execute(
        """UPDATE enrolment SET state = 'waiting', taken_at = $2
           WHERE enrolment_id = $1 AND state = 'capturing'""",
        enrolment,
        now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`by`: None where every capture was clear."""

    state: Enrolled
    at: datetime
    by: AccountId | None = None
    reason: str | None = None


async def decide(tx: Tx, enrolment: UUID, it: Decision) -> None:
    """Once."""
    await tx.execute(
        """UPDATE enrolment SET state = $2, taken_at = coalesce(taken_at, $3),
               decided_at = $3, decided_by = $4, reason = $5
           WHERE enrolment_id = $1 AND state IN ('capturing', 'waiting')""",
        enrolment,
        it.state,
        it.at,
        it.by,
        it.reason,
    )


async def forget_captures(tx: Tx, enrolment: UUID) -> None:
    await tx.execute("DELETE FROM capture WHERE enrolment_id = $1", enrolment)


async def enrol(
    tx: Tx, photo: PhotoId, pack: str, sealed: bytes, captures: int
) -> None:
    """The template of photo and captures, for good."""
    await tx.execute(
        """UPDATE reference SET sealed = $3, captures = $4
           WHERE photo_id = $1 AND pack = $2 AND captures = 0""",
        photo,
        pack,
        sealed,
        captures,
    )


async def waiting(tx: Tx, limit: int) -> list[Row]:
    """enrolment_id, account_id, srn, name, taken_at, asks; the oldest first."""
    return await tx.fetch(
        """SELECT enrolment_id, e.account_id, srn, name, taken_at,
               ARRAY(SELECT ask FROM capture c WHERE c.enrolment_id = e.enrolment_id
                     ORDER BY taken_at) AS asks
           FROM enrolment e JOIN account USING (account_id)
           WHERE e.state = 'waiting' ORDER BY taken_at LIMIT $1""",
        limit,
    )


async def count_waiting(tx: Tx) -> int:
    found: int = await tx.fetchval(
        "SELECT count(*) FROM enrolment WHERE state = 'waiting'"
    )
    return found


def _enrolment(row: Row) -> Enrolment:
    return Enrolment(
        enrolment=row["enrolment_id"],
        account=AccountId(row["account_id"]),
        photo=PhotoId(row["photo_id"]),
        pack=row["pack"],
        state=Enrolled(row["state"]),
    )
