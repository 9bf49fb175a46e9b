"""Sittings that go on although their student has taken consent back."""

from app.adapters.db import Tx
from app.kernel.ids import AccountId


async def still_open(tx: Tx) -> list[AccountId]:
    """Whose: they had agreed, and a consent that their sitting needs stands no more."""
    rows = await tx.fetch(
        """SELECT DISTINCT s.account_id FROM sitting s JOIN account a USING (account_id)
           CROSS JOIN LATERAL (SELECT
               bool_or(c.stands) FILTER (WHERE c.purpose = 'camera') AS camera,
               bool_or(c.stands) FILTER (WHERE c.purpose = 'biometrics') AS biometrics
               FROM consent c WHERE c.account_id = s.account_id) AS agreed
           WHERE s.state <> 'ended'
             AND (NOT agreed.camera
                  OR (a.checked_by = 'machine' AND NOT agreed.biometrics))"""
    )
    return [AccountId(row["account_id"]) for row in rows]
