"""Glances: what media nodes saw between looks, and the signs that come with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Tx
from app.kernel.glances import Followed, Sight
from app.kernel.ids import SittingId
from app.proctoring.domain.changes import Change
from app.proctoring.domain.glances import Glance, glanced
from app.proctoring.domain.planning import LookWanted, turning
from app.proctoring.domain.signs import Sign, asks_again, risk_of, signs_in
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import Kind, State, Why
from app.proctoring.service.desk import Desk
from app.proctoring.store import glances as store
from app.proctoring.store import sittings


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A glance as it reached us; `at` by the server's clock."""

    sitting: SittingId
    epoch: int
    followed: Followed
    at: datetime


class Glances:
    """Every method is one transaction or one a sitting; anything may come twice."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def take(self, told: Sequence[Told]) -> None:
        """Sittings of which all is calm cost one statement together. The others go
        one by one and in the order of time: a steady glance after a break must not
        hide it."""
        by_sitting: dict[SittingId, list[Told]] = {}
        for it in sorted(told, key=lambda it: it.at):
            by_sitting.setdefault(it.sitting, []).append(it)
        calm = {it for it, seen in by_sitting.items() if self._is_calm(seen)}
        in_trouble = await self._note_steady([it for it in told if it.sitting in calm])
        for sitting, seen in by_sitting.items():
            if sitting not in calm or sitting in in_trouble:
                for it in seen:
                    await self._change(it, signs_in(it.followed, self._desk.policy))

    def _is_calm(self, seen: Sequence[Told]) -> bool:
        return all(
            it.followed.sight is Sight.STEADY
            and not signs_in(it.followed, self._desk.policy)
            for it in seen
        )

    async def _note_steady(self, calm: Sequence[Told]) -> list[SittingId]:
        """Returns those that are in trouble, which is for `_change` to lift."""
        if not calm:
            return []
        steady = [store.Steady(it.sitting, it.epoch, it.at) for it in calm]
        async with self._desk.db.transaction() as tx:
            return await store.steady(tx, steady)

    async def _change(self, told: Told, signs: list[Sign]) -> None:
        desk = self._desk
        async with desk.db.transaction() as tx:
            before = await sittings.lock(tx, told.sitting)
            if before is None or before.epoch != told.epoch:
                return
            sight = told.followed.sight
            glance = Glance(
                sight=sight,
                at=told.at,
                epoch=told.epoch,
                gap_s=told.followed.gap_s,
            )
            watch, changes = glanced(before, glance, desk.policy)
            if sight is Sight.BROKEN and watch.doubted_at != before.doubted_at:
                signs = [*signs, Sign.BROKEN]
            if watch == before and not changes and not signs:
                return
            now = desk.clock.now()
            changes = [*changes, *await note_signs(tx, desk, watch, signs, now)]
            await self._desk.write(tx, watch, changes, now)
        await desk.tell(watch, changes)


async def note_signs(
    tx: Tx, desk: Desk, watch: Watch, signs: Sequence[Sign], now: datetime
) -> list[Change]:
    """Counts them; the challenge they call for, if due. Lock the sitting first."""
    if not signs or watch.kind is Kind.CHECK:
        return []
    known = {it.sign: it for it in await store.counts(tx, watch.sitting)}
    fresh = []
    for sign in signs:
        last = known[sign].asked_at if sign in known else None
        if asks_again(last, now, desk.policy):
            fresh.append(sign)
            await store.note(tx, watch.sitting, sign, now)
    await store.set_risk(
        tx, watch.sitting, risk_of(await store.counts(tx, watch.sitting))
    )
    asking = [sign for sign in fresh if sign is not Sign.BROKEN]
    if watch.state is not State.RUNNING or not asking:
        return []
    for sign in asking:
        await store.asked(tx, watch.sitting, sign, now)
    wanted = LookWanted(why=Why.CHALLENGE, due_at=now)
    terms = await desk.terms(tx, watch.sitting)
    return [turning(wanted, now, terms.chance)]
