"""What we write when money is on its way back."""

from app.accounts.domain.letters import SIGNED, Words
from app.kernel.money import Money


def on_its_way(name: str, amount: Money, receipt: str, link: str) -> Words:
    return Words(
        kind="test_refund",
        subject="Your money is on its way back",
        text=f"{name}, {amount} of receipt {receipt} is on its way back to you, by the "
        "way you paid. It may take up to ten working days until you see it; you need "
        f"do nothing. Where it stands:\n\n{link}\n\nHas it not come by then? Write to "
        f"the helpdesk, and name the receipt.{SIGNED}",
    )
