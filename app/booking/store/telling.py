"""What letters say of a slot."""

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, ModuleCode, SlotId


async def place(tx: Tx, account: AccountId, slot: SlotId, module: ModuleCode) -> Row:
    """student, module (titles), centre, address, city, starts_at, time_zone."""
    row = await tx.fetchrow(
        """SELECT a.name AS student, m.title AS module, c.name AS centre, c.address,
               c.city, s.starts_at, c.time_zone
           FROM slot s JOIN centre c USING (centre_id), account a, module m
           WHERE s.slot_id = $2 AND a.account_id = $1 AND m.code = $3""",
        account,
        slot,
        module,
    )
    assert row is not None
    return row
