"""From a provider's order to the seat that paying it books."""

from app.adapters.db import Tx
from app.kernel.ids import OrderId


async def order_of(tx: Tx, provider: str, provider_order: str) -> OrderId | None:
    found: OrderId | None = await tx.fetchval(
        """SELECT order_id FROM test_order
           WHERE provider = $1 AND provider_order = $2""",
        provider,
        provider_order,
    )
    return found
