"""What was answered to calls that had an idempotency key."""

import json
from datetime import datetime

from app.adapters.db import Tx
from app.booking.domain.refusals import KeyReused
from app.kernel.ids import AccountId


async def claim(
    tx: Tx, account: AccountId, key: str, asked: bytes, now: datetime
) -> dict[str, object] | None:
    """None: it is ours to answer, in this transaction. Waits while another answers.

    Raises KeyReused where the key was used for another question.
    """
    mine = await tx.fetchval(
        """INSERT INTO answered (account_id, key, asked, at) VALUES ($1, $2, $3, $4)
           ON CONFLICT DO NOTHING RETURNING true""",
        account,
        key,
        asked,
        now,
    )
    if mine:
        return None
    row = await tx.fetchrow(
        "SELECT asked, answer FROM answered WHERE account_id = $1 AND key = $2",
        account,
        key,
    )
    if row is None or row["asked"] != asked or row["answer"] is None:
        raise KeyReused
    answer: dict[str, object] = json.loads(row["answer"])
    return answer


async def note(tx: Tx, account: AccountId, key: str, answer: dict[str, object]) -> None:
    await tx.execute(
        "UPDATE answered SET answer = $3 WHERE account_id = $1 AND key = $2",
        account,
        key,
        json.dumps(answer),
    )


async def forget_before(tx: Tx, at: datetime) -> None:
    await tx.execute("DELETE FROM answered WHERE at < $1", at)
