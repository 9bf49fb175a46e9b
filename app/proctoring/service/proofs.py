"""Proving of a sitting, once it has ended, that chance alone planned its looks."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.audit.chain import Event
from app.adapters.db import Tx
from app.adapters.sealing import Unsealable
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.proving import Line, PlannedLook, Proof, Told, prove
from app.proctoring.service.chance import OPENED, Seeds
from app.proctoring.service.desk import NoSuchSitting
from app.proctoring.service.rates import RATED
from app.proctoring.store import draws as store
from app.proctoring.store.draws import SeededSitting

PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """`seed` only of a sitting that has ended; `proof` only where there is a seed."""

    sitting: SeededSitting
    seed: bytes | None = None
    proof: Proof | None = None


class Proofs:
    def __init__(self, house: Gatehouse) -> None:
        self._house = house
        self._seeds = Seeds(house.sealer)

    async def of(self, sitting: SittingId, *, owner: AccountId | None = None) -> Proven:
        """Raises NoSuchSitting, also when not `owner`'s."""
        async with self._house.db.transaction() as tx:
            found = await store.sitting_of(tx, sitting)
            if found is None or (owner is not None and found.account != owner):
                raise NoSuchSitting
            return (await self._proven(tx, [found]))[0]

    async def commitment(self, sitting: SittingId) -> str | None:
        """In hexadecimal digits, for the student to keep."""
        async with self._house.db.connection() as tx:
            found = await store.sitting_of(tx, sitting)
        return found.commitment.hex() if found and found.commitment else None

    async def of_student(
        self, account: AccountId, since: datetime, till: datetime
    ) -> list[Proven]:
        """Of the sittings that were opened in this time."""
        async with self._house.db.transaction() as tx:
            found = await store.sittings_of(tx, account, since, till)
            return await self._proven(tx, found)

    async def since(self, since: datetime) -> AsyncIterator[Proven]:
        """Of every ended sitting that was opened since, page by page."""
        after = None
        while True:
            async with self._house.db.transaction() as tx:
                found = await store.ended_after(tx, since, after, PAGE)
                proven = await self._proven(tx, found)
            for it in proven:
                yield it
            if not found:
                return
            after = found[-1].opened_at, found[-1].sitting

    async def _proven(self, tx: Tx, found: Sequence[SeededSitting]) -> list[Proven]:
        looks = await store.looks_of(tx, [it.sitting for it in found])
        whom = list({it.account for it in found})
        events = await self._house.trail.acts(tx, [OPENED, RATED], whom)
        told: dict[str, list[Event]] = {}
        for event in events:
            told.setdefault(json.loads(event.details).get("sitting", ""), []).append(
                event
            )
        return [
            self._one(it, looks[it.sitting], told.get(str(it.sitting), []))
            for it in found
        ]

    def _one(
        self, it: SeededSitting, looks: list[PlannedLook], events: list[Event]
    ) -> Proven:
        if it.ended_at is None:
            return Proven(sitting=it)
        told = _told(events)
        if it.sealed is None or it.commitment is None:
            if told.commitment is None:
                return Proven(sitting=it)  # older than seeds
            return Proven(sitting=it, proof=_broken("the seed is gone"))
        try:
            seed = self._seeds.open(it.sitting, it.sealed)
        except Unsealable:
            return Proven(sitting=it, proof=_broken("the seed cannot be opened"))
        return Proven(
            sitting=it, seed=seed, proof=prove(seed, it.commitment, looks, told)
        )


def _broken(problem: str) -> Proof:
    return Proof(problems=[problem], lines=list[Line]())


def _told(events: Sequence[Event]) -> Told:
    opened = [it for it in events if it.what == OPENED]
    rates = []
    for it in events:
        if it.what == RATED:
            rates.append((it.at, float(json.loads(it.details)["per_hour"])))
    if not opened:
        return Told(rates=rates)
    commitment = bytes.fromhex(json.loads(opened[0].details)["commitment"])
    return Told(at=opened[0].at, commitment=commitment, rates=rates)
