"""Consent: asked for, given, withdrawn, proved."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeAlias

from app.accounts.domain import letters
from app.accounts.domain.consents import (
    CheckedBy,
    Consent,
    Notice,
    NoticeChanged,
    Purpose,
    read_notices,
    receipt_text,
    require_for_camera,
    standing,
)
from app.accounts.domain.people import Identity, Role
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.people import NoSuchPerson
from app.accounts.store import consents as store
from app.accounts.store import people
from app.adapters.audit import Act
from app.adapters.db import Row, Tx
from app.adapters.envelopes import Purpose as Sealed
from app.adapters.signing import Signer, seal_text
from app.kernel.ids import AccountId

TEXTS = Path(__file__).parents[1] / "consent"
KEYS_PATH = "/.well-known/jwks.json"
SEALED = {
    Purpose.CAMERA: Sealed.PICTURE,
    Purpose.BIOMETRICS: Sealed.TEMPLATE,
    Purpose.EVIDENCE: Sealed.EVIDENCE,
}
"""What was sealed for a purpose cannot be read once its consent is withdrawn."""
Forget: TypeAlias = Callable[[Tx, AccountId, Purpose], Awaitable[None]]
"""Forgets, in the transaction of a withdrawal, what a slice keeps for that purpose."""


@cache
def all_notices() -> tuple[Notice, ...]:
    """Every text there was, the newest last."""
    return read_notices(path.read_text("utf-8") for path in TEXTS.glob("*.toml"))


def current_notice() -> Notice:
    """The newest text."""
    return all_notices()[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    notice: Notice
    held: dict[Purpose, Consent]
    history: list[Consent]
    checked_by: CheckedBy
    person_wished_at: datetime | None


class Consents:
    def __init__(self, gatehouse: Gatehouse, signer: Signer) -> None:
        self._house = gatehouse
        self.forget: list[Forget] = []
        self._signer = signer
        self._notice = current_notice()

    async def overview(self, account: AccountId) -> Overview:
        async with self._house.db.connection() as tx:
            given = await store.of_account(tx, account)
            row = await store.checking_of(tx, account)
        assert row is not None
        return Overview(
            notice=self._notice,
            held=standing(given, self._notice),
            history=given,
            checked_by=CheckedBy(row["checked_by"]),
            person_wished_at=row["person_wished_at"],
        )

    async def require(self, account: AccountId) -> CheckedBy:
        """Who compares. Raises ConsentNeeded or BiometricsDeclined."""
        found = await self.overview(account)
        return require_for_camera(found.held, found.checked_by)

    async def hold(self, tx: Tx, account: AccountId, purpose: Purpose) -> bool:
        """Whether it stands, to words that still do; then nobody withdraws it before
        the transaction ends."""
        (since,) = (it.since for it in self._notice.items if it.code is purpose)
        return await store.hold(tx, account, purpose, since)

    async def is_by_person(self, account: AccountId) -> bool:
        """Whether this student's pictures are compared by a person."""
        async with self._house.db.connection() as tx:
            row = await store.checking_of(tx, account)
        return row is not None and row["checked_by"] == CheckedBy.PERSON

    async def give(
        self, account: AccountId, purposes: Iterable[Purpose], version: int, on: str
    ) -> None:
        """To the text of `version`, in the browser named `on`; twice is once.

        Raises NoticeChanged when another text stands by now.
        """
        if version != self._notice.version:
            raise NoticeChanged
        async with self._house.db.transaction() as tx:
            await self._lock(tx, account)
            held = standing(await store.of_account(tx, account), self._notice)
            now = self._house.clock.now()
            fresh = sorted(set(purposes) - held.keys())
            for purpose in fresh:
                # One to an older text makes room for the one to this text.
                await store.withdraw(tx, account, purpose, now)
                it = Consent(
                    purpose=purpose, version=version, given_at=now, given_on=on
                )
                await store.give(tx, account, it)
            if fresh:
                what = ", ".join(fresh)
                await self._write(tx, account, "consent.given", what, version)

    async def withdraw(self, account: AccountId, purpose: Purpose) -> bool:
        """False when none stood. What was kept for it goes in the same transaction,
        and the key that sealed it.
        """
        async with self._house.db.transaction() as tx:
            await self._lock(tx, account)
            now = self._house.clock.now()
            gone = await store.withdraw(tx, account, purpose, now)
            for forget in self.forget:
                await forget(tx, account, purpose)
            await self._house.envelopes.shred(tx, account, SEALED[purpose])
            if gone:
                version = self._notice.version
                await self._write(tx, account, "consent.withdrawn", purpose, version)
        return gone

    async def receipt(self, account: AccountId) -> bytes:
        """A text with its signature as the last line (`spom receipt verify`)."""
        async with self._house.db.connection() as tx:
            row = await store.checking_of(tx, account)
            given = await store.of_account(tx, account)
        assert row is not None
        owner, keys = f"{row['name']} ({row['srn']})", f"{self._house.url}{KEYS_PATH}"
        text = receipt_text(owner, given, all_notices(), keys)
        return seal_text(text, self._signer)

    async def wish_person(self, account: AccountId) -> None:
        """Asks the institution for checking by a person."""
        async with self._house.db.transaction() as tx:
            now = self._house.clock.now()
            if await store.wish_person(tx, account, now):
                act = Act(at=now, by=account, what="checking.wished", whom=account)
                await self._house.trail.write(tx, act)

    async def set_checked_by(
        self, by: Identity, account: AccountId, checked_by: CheckedBy
    ) -> None:
        """The institution decides; the student gets a letter. Raises NoSuchPerson."""
        async with self._house.db.transaction() as tx:
            person = await people.by_id(tx, account)
            if person is None or person.role is not Role.STUDENT:
                raise NoSuchPerson
            await store.set_checked_by(tx, account, checked_by)
            words = letters.checked_by(checked_by is CheckedBy.PERSON)
            await Codes(self._house).tell(tx, person, words)
            act = Act(
                at=self._house.clock.now(),
                by=by.account,
                what="checking.set",
                whom=account,
                details={"checked_by": str(checked_by)},
            )
            await self._house.trail.write(tx, act)

    async def _lock(self, tx: Tx, account: AccountId) -> Row:
        row = await store.lock(tx, account)
        if row is None:
            raise NoSuchPerson
        return row

    async def _write(
        self, tx: Tx, account: AccountId, what: str, purposes: str, version: int
    ) -> None:
        act = Act(
            at=self._house.clock.now(),
            by=account,
            what=what,
            whom=account,
            details={"purposes": purposes, "version": version},
        )
        await self._house.trail.write(tx, act)
