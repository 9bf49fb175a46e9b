"""Reading stretches, looks, readings and sums, for one student or many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, LookId, ModuleCode, SittingId
from app.proctoring.domain.words import Verdict
from app.proctoring.ledger import corrections_store
from app.proctoring.ledger.domain import (
    SECOND_US,
    Correction,
    History,
    Look,
    Reading,
    Standing,
    Stretch,
    Sums,
    Totals,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """When it is, and how far an open stretch may reach beyond the last presence."""

    now: datetime
    reach: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleRow:
    code: ModuleCode
    title: str
    required_us: int


async def one_snapshot(tx: Tx) -> None:
    """What is read from now on in this transaction is of one moment."""
    await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


async def stretches(
    tx: Tx,
    accounts: Sequence[AccountId],
    as_of: AsOf,
    since: datetime | None = None,
) -> list[Stretch]:
    """By account and time; only those that reach beyond `since`."""
    rows = await tx.fetch(
        """SELECT * FROM stretches_of($1, $2, $3)
           WHERE $4::timestamptz IS NULL OR till > $4 ORDER BY account_id, since""",
        accounts,
        as_of.now,
        as_of.reach,
        since,
    )
    return [_stretch(row) for row in rows]


async def sums(
    tx: Tx, accounts: Sequence[AccountId], as_of: AsOf
) -> dict[AccountId, Sums]:
    """The sum that dashboard and wall read."""
    rows = await tx.fetch(
        "SELECT * FROM hours_of($1, $2, $3)", accounts, as_of.now, as_of.reach
    )
    found: dict[AccountId, dict[ModuleCode, Totals]] = {}
    for row in rows:
        told = found.setdefault(AccountId(row["account_id"]), {})
        told[ModuleCode(row["module_code"])] = Totals(
            confirmed_us=row["confirmed_us"],
            provisional_us=row["provisional_us"],
            void_us=row["void_us"],
            corrected_us=row["corrected_us"],
        )
    return {**found}


async def looks(
    tx: Tx, accounts: Sequence[AccountId], since: datetime | None = None
) -> list[Look]:
    """Judged or held, by account and time; only those asked from `since` on.

    A device check vouches for no time.
    """
    rows = await tx.fetch(
        """SELECT l.look_id, l.sitting_id, s.account_id, l.asked_at, l.judged_at,
               l.held_at, l.verdict,
               EXISTS (SELECT FROM incident i WHERE i.look_id = l.look_id
                   AND i.sitting_id = l.sitting_id) AS raised
           FROM look l JOIN sitting s ON s.sitting_id = l.sitting_id
           WHERE s.account_id = ANY ($1)
             AND ($2::timestamptz IS NULL OR l.asked_at >= $2) AND s.kind <> 'check'
             AND (l.judged_at IS NOT NULL OR l.held_at IS NOT NULL)
           ORDER BY s.account_id, l.asked_at""",
        accounts,
        since,
    )
    return [_look(row) for row in rows]


async def readings(
    tx: Tx, account: AccountId, since: datetime | None = None
) -> list[Reading]:
    """Of the sittings whose stretches reach beyond `since`, in their order."""
    rows = await tx.fetch(
        """SELECT r.sitting_id, r.at, r.topic_code FROM reading r
           JOIN sitting s ON s.sitting_id = r.sitting_id
           WHERE s.account_id = $1 AND ($2::timestamptz IS NULL OR s.ended_at IS NULL
               OR s.ended_at > $2) ORDER BY r.at""",
        account,
        since,
    )
    return [
        Reading(
            sitting=SittingId(row["sitting_id"]), at=row["at"], topic=row["topic_code"]
        )
        for row in rows
    ]


async def modules(tx: Tx) -> list[ModuleRow]:
    """In the order of the catalogue; retired ones too, for the history."""
    rows = await tx.fetch(
        """SELECT code, title, (hours * 3600)::bigint AS required_s FROM module
           ORDER BY set_code, position, code"""
    )
    return [
        ModuleRow(
            code=ModuleCode(row["code"]),
            title=row["title"],
            required_us=row["required_s"] * SECOND_US,
        )
        for row in rows
    ]


async def students_after(
    tx: Tx, after: AccountId | None, limit: int
) -> dict[AccountId, str]:
    """Everybody who has time or corrections, in the order of accounts: their SRNs."""
    rows = await tx.fetch(
        """SELECT account_id, srn FROM account a
           WHERE ($1::uuid IS NULL OR account_id > $1) AND (
               EXISTS (SELECT FROM stretch s WHERE s.account_id = a.account_id)
               OR EXISTS (SELECT FROM correction c WHERE c.account_id = a.account_id))
           ORDER BY account_id LIMIT $2""",
        after,
        limit,
    )
    return {AccountId(row["account_id"]): row["srn"] for row in rows}


async def excused(
    tx: Tx, accounts: Sequence[AccountId], bridge: timedelta
) -> frozenset[int]:
    """Stretches after which the learning portal closed before a look was overdue.

    Windows that were cancelled since count too: they may have stood at the time.
    """
    rows = await tx.fetch(
        """SELECT x.stretch_id FROM stretch x
           WHERE x.account_id = ANY ($1) AND x.state = 'confirmed' AND EXISTS (
               SELECT FROM portal_window w WHERE w.portal = 'learning'
                 AND w.closed_from < x.ended_at + $2::interval
                 AND w.closed_till > x.ended_at)""",
        accounts,
        bridge,
    )
    return frozenset(row["stretch_id"] for row in rows)


async def histories(
    tx: Tx, srns: dict[AccountId, str], as_of: AsOf, bridge: timedelta
) -> list[History]:
    """Everything that verifying needs, of a batch of students."""
    accounts = list(srns)
    told = await sums(tx, accounts, as_of)
    of_stretches = _by_account(await stretches(tx, accounts, as_of))
    of_portals = await excused(tx, accounts, bridge)
    of_looks = _by_account(await looks(tx, accounts))
    of_corrections = _by_account(await corrections_store.of_accounts(tx, accounts))
    return [
        History(
            account=account,
            srn=srn,
            stretches=tuple(of_stretches.get(account, ())),
            looks=tuple(of_looks.get(account, ())),
            corrections=tuple(of_corrections.get(account, ())),
            told=told.get(account, {}),
            excused=of_portals,
        )
        for account, srn in srns.items()
    ]


Owned = TypeVar("Owned", Stretch, Look, Correction)


def _by_account(found: Iterable[Owned]) -> dict[AccountId, list[Owned]]:
    """They come in the order of accounts."""
    return {
        account: list(group) for account, group in groupby(found, lambda it: it.account)
    }


def _stretch(row: Row) -> Stretch:
    return Stretch(
        stretch=row["stretch_id"],
        sitting=SittingId(row["sitting_id"]),
        account=AccountId(row["account_id"]),
        module=ModuleCode(row["module_code"]),
        since=row["since"],
        till=row["till"],
        state=Standing(row["state"]),
        reason=row["void_reason"],
        is_open=row["is_open"],
    )


def _look(row: Row) -> Look:
    return Look(
        look=LookId(row["look_id"]),
        sitting=SittingId(row["sitting_id"]),
        account=AccountId(row["account_id"]),
        asked_at=row["asked_at"],
        judged_at=row["judged_at"],
        held_at=row["held_at"],
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        raised=row["raised"],
    )
