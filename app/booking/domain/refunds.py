"""Where a refund stands, and what news of it changes. News comes twice, late, and in
any order."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.kernel.ids import AccountId, OrderId, RefundId
from app.kernel.money import Money
from app.kernel.refusals import Conflict, NotFound

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 3600
SAID_MOST = 500
STUCK_AFTER = 12
"""Attempts, some hours: what a provider never says yes or no to waits for a person."""
NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-([1-9]\d{0,2}))?")


class RefundState(StrEnum):
    ASKED = "asked"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"


class NoSuchRefund(NotFound):
    """There is no such refund."""


class NotRefused(Conflict):
    """This refund was not refused, so it goes its way by itself."""


class OtherProvider(Conflict):
    """This was paid through a provider that is not set up any more. Give the money back
    there, and write down how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """`tries`: how often people wanted it; `attempts`: how often we asked of this try.
    `said`: what the provider said, or who settled it how."""

    refund: RefundId
    order: OrderId
    account: AccountId
    receipt: int
    provider: str
    provider_payment: str
    provider_refund: str | None
    amount: Money
    state: RefundState
    tries: int
    attempts: int
    said: str | None
    lease_until: datetime | None = None

    def is_stuck(self, now: datetime) -> bool:
        """Asked again and again in vain, and not just now."""
        asking = self.lease_until is not None and self.lease_until > now
        return self.attempts >= STUCK_AFTER and not asking

    @property
    def name(self) -> str:
        return name_of(self.refund, self.tries)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a provider says of a refund; `name`: ours of it, where it knows it."""

    name: str | None
    provider_refund: str
    amount_minor: int
    done: bool
    refused: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    state: RefundState
    provider_refund: str | None
    said: str | None


def name_of(refund: RefundId, tries: int) -> str:
    """What a provider calls it by; another try is another refund there."""
    return str(refund) if tries == 1 else f"{refund}-{tries}"


def read_name(name: str) -> tuple[RefundId, int] | None:
    """The refund and which try of it; None: not a name of ours."""
    found = NAME.fullmatch(name)
    return (RefundId(UUID(found[1])), int(found[2] or 1)) if found else None


def after(it: Refund, news: News, *, asked: bool = False) -> Change | None:
    """None: it changes nothing. `asked`: the answer to our own question, not a message
    that may have lain about. Nothing brings back what is done."""
    if it.state is RefundState.DONE or news.amount_minor != it.amount.minor:
        return None
    if news.done:
        return Change(
            state=RefundState.DONE, provider_refund=news.provider_refund, said=it.said
        )
    if it.state is RefundState.REFUSED or not (asked or _is_of_this_try(it, news)):
        return None
    if news.refused is not None:
        return refused(it, news.refused, news.provider_refund)
    if it.state is RefundState.SENT:
        return None
    return Change(
        state=RefundState.SENT, provider_refund=news.provider_refund, said=it.said
    )


def refused(it: Refund, why: str, provider_refund: str | None = None) -> Change:
    """The words of earlier tries stay."""
    said = f"{it.said}; {why}" if it.said else why
    return Change(
        state=RefundState.REFUSED,
        provider_refund=provider_refund or it.provider_refund,
        said=said[-SAID_MOST:],
    )


def is_on_its_way(before: RefundState, change: Change) -> bool:
    """Whether the student is to be told."""
    was = before in (RefundState.SENT, RefundState.DONE)
    return not was and change.state in (RefundState.SENT, RefundState.DONE)


def pause(attempts: int) -> timedelta:
    """Till the provider is asked again: 5 s, doubled each time, an hour at most."""
    seconds = FIRST_PAUSE_S * 2 ** min(max(attempts - 1, 0), 20)
    return timedelta(seconds=min(seconds, LONGEST_PAUSE_S))


def _is_of_this_try(it: Refund, news: News) -> bool:
    if news.name is not None:
        known = read_name(news.name)
        return known == (it.refund, it.tries)
    return news.provider_refund == it.provider_refund
