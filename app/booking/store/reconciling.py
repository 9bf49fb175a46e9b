"""Our books of a stretch of time, as lines to hold beside the provider's."""

from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Row, Tx


async def payments(
    tx: Tx, provider: str, since: datetime, until: datetime, named: Sequence[str]
) -> list[Row]:
    """Those of that time, and those `named` whenever they were."""
    return await tx.fetch(
        """SELECT provider_payment, amount_minor, currency, paid_at
           FROM payment WHERE provider = $1
             AND (paid_at >= $2 AND paid_at < $3 OR provider_payment = ANY($4))""",
        provider,
        since,
        until,
        named,
    )


async def refunds(
    tx: Tx, provider: str, since: datetime, until: datetime, named: Sequence[str]
) -> list[Row]:
    """Those that were surely sent in that time, and those `named`. We know when one was
    asked for and when it was settled; the provider made it between."""
    return await tx.fetch(
        """SELECT r.provider_refund, r.amount_minor, p.currency, r.state
           FROM refund r JOIN payment p USING (payment_id)
           WHERE p.provider = $1 AND r.provider_refund IS NOT NULL
             AND (r.asked_at >= $2 AND r.settled_at < $3
                  OR r.provider_refund = ANY($4))""",
        provider,
        since,
        until,
        named,
    )
