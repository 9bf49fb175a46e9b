"""Guided enrolment: captures that each match the photo become part of the template.

Where each is clear it is made at once; else the helpdesk compares first
(`Captures`). It never updates itself afterwards: the schema refuses it.
"""

from contextlib import suppress
from uuid import UUID, uuid4

from app.accounts.domain.enrolment import (
    CAPTURES,
    Capture,
    Enrolled,
    Standing,
    after_the_last,
    combined,
)
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.photos import context_of
from app.accounts.store import enrolments as store
from app.accounts.store.enrolments import Decision, Enrolment, Template
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.envelopes import Purpose, Unreadable
from app.kernel.findings import Ask
from app.kernel.ids import AccountId

_OPEN = (None, Enrolled.CAPTURING)


class Enrolments:
    """`missing` and `take` belong to the transaction that judges a look."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse

    async def begin(self, account: AccountId) -> None:
        """A new device check: what was not finished begins afresh."""
        async with self._house.db.transaction() as tx:
            await store.begin_afresh(tx, account)

    async def forget_unfinished(self, tx: Tx, account: AccountId) -> None:
        """The check is over: of its pictures nothing is taken up again."""
        await store.begin_afresh(tx, account)

    async def missing(self, tx: Tx, account: AccountId, pack: str) -> list[Ask]:
        """The captures that its template lacks; none where it is enrolled, waits for
        a person, or there is no template. Locks it."""
        template = await store.lock_template(tx, account, pack)
        if template is None or template.captures:
            return []
        enrolment = await store.of_photo(tx, template.photo, pack)
        if (enrolment.state if enrolment else None) not in _OPEN:
            return []
        taken = await store.taken(tx, template.photo, pack)
        return [ask for ask in CAPTURES if ask not in taken]

    async def take(
        self, tx: Tx, account: AccountId, pack: str, capture: Capture
    ) -> None:
        """One capture, not sealed yet; after the last the template is made, or waits.

        Writes to the trail last.
        """
        template = await store.lock_template(tx, account, pack)
        if template is None:
            return
        it = await self._begun(tx, account, template, pack)
        sealed = Capture(
            ask=capture.ask,
            clear=capture.clear,
            vector=await self._seal(tx, it, capture.ask, "vector", capture.vector),
            picture=await self._seal(tx, it, capture.ask, "picture", capture.picture),
        )
        await store.add(tx, it.enrolment, sealed, self._house.clock.now())
        with suppress(Unreadable):  # then the next device check begins afresh
            await self._settle(tx, it)

    async def standing(self, tx: Tx, account: AccountId) -> Standing | None:
        """How far the newest enrolment is; None before there is one."""
        row = await store.newest(tx, account)
        if row is None:
            return None
        return Standing(
            state=Enrolled(row["state"]),
            began_at=row["began_at"],
            taken=frozenset(map(Ask, row["taken"])),
            reason=row["reason"],
        )

    async def _begun(
        self, tx: Tx, account: AccountId, template: Template, pack: str
    ) -> Enrolment:
        fresh = Enrolment(
            enrolment=uuid4(),
            account=account,
            photo=template.photo,
            pack=pack,
            state=Enrolled.CAPTURING,
        )
        await store.begin(tx, fresh, self._house.clock.now())
        return await store.of_photo(tx, template.photo, pack) or fresh

    async def _seal(
        self, tx: Tx, it: Enrolment, ask: Ask, what: str, plain: bytes
    ) -> bytes:
        context = capture_of(it.enrolment, ask, what)
        return await self._house.envelopes.seal(
            tx, it.account, Purpose.TEMPLATE, plain, context=context
        )

    async def _settle(self, tx: Tx, it: Enrolment) -> None:
        captures = await store.captures(tx, it.enrolment)
        if {one.ask for one in captures} != set(CAPTURES):
            return
        now = self._house.clock.now()
        if after_the_last([one.clear for one in captures]) is Enrolled.WAITING:
            await store.wait(tx, it.enrolment, now)
            what = "enrolment.waits"
        else:
            await make_template(self._house, tx, it)
            await decide(tx, it, Decision(state=Enrolled.APPROVED, at=now))
            what = "enrolment.made"
        await write(self._house, tx, it.account, what, it)


def capture_of(enrolment: UUID, ask: Ask, what: str) -> str:
    """What a capture's vector or picture is sealed to."""
    return f"capture:{enrolment}:{ask}:{what}"


async def make_template(house: Gatehouse, tx: Tx, it: Enrolment) -> None:
    """Of the photo and the captures. Raises Unreadable when they are gone."""
    template = await store.lock_template(tx, it.account, it.pack)
    if template is None or template.photo != it.photo:
        raise Unreadable
    place = context_of(it.photo, it.pack)
    captures = await store.captures(tx, it.enrolment)
    sealed = [(place, template.sealed)]
    sealed += [
        (capture_of(it.enrolment, one.ask, "vector"), one.vector) for one in captures
    ]
    vectors = [
        await house.envelopes.open(
            tx, it.account, Purpose.TEMPLATE, vector, context=context
        )
        for context, vector in sealed
    ]
    whole = await house.envelopes.seal(
        tx, it.account, Purpose.TEMPLATE, combined(vectors), context=place
    )
    await store.enrol(tx, it.photo, it.pack, whole, len(captures))


async def decide(tx: Tx, it: Enrolment, decision: Decision) -> None:
    """The captures go."""
    await store.decide(tx, it.enrolment, decision)
    await store.forget_captures(tx, it.enrolment)


async def write(
    house: Gatehouse, tx: Tx, by: AccountId, what: str, it: Enrolment, **more: str
) -> None:
    act = Act(
        at=house.clock.now(),
        by=by,
        what=what,
        whom=it.account,
        details={"enrolment": str(it.enrolment), **more},
    )
    await house.trail.write(tx, act)
