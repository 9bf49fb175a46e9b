"""What we write when money is on its way back."""

from collections.abc import Callable
from typing import TypeAlias

from app.accounts.domain.letters import SIGNED, Words
from app.kernel.money import Money

WordsOf: TypeAlias = Callable[[str, Money, str, str], Words]
"""Of a name, an amount, a receipt and a link."""


def on_its_way(name: str, amount: Money, receipt: str, link: str) -> Words:
    return Words(
        kind="test_refund",
        subject="Your money is on its way back",
        text=f"{name}, {amount} of receipt {receipt} is on its way back to you, by the "
        "way you paid. It may take up to ten working days until you see it; you need "
        f"do nothing. Where it stands:\n\n{link}\n\nHas it not come by then? Write to "
        f"the helpdesk, and name the receipt.{SIGNED}",
    )


def refused(name: str, amount: Money, receipt: str, link: str) -> Words:
    return Words(
        kind="test_refund_refused",
        subject="Your money needs another way back",
        text=f"{name}, {amount} of receipt {receipt} could not be given back by the "
        "way you paid. The helpdesk settles it with you another way; you need do "
        f"nothing. Where it stands:\n\n{link}{SIGNED}",
    )


def by_hand(name: str, amount: Money, receipt: str, link: str) -> Words:
    return Words(
        kind="test_refund_by_hand",
        subject="Your money was given back another way",
        text=f"{name}, {amount} of receipt {receipt} was given back to you another way "
        f"than you paid, most often by bank transfer. Where it stands:\n\n{link}\n\n"
        f"Has it not come? Write to the helpdesk, and name the receipt.{SIGNED}",
    )
