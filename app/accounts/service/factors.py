"""Authenticator apps and recovery codes."""

import secrets
from dataclasses import dataclass

import pyotp
import segno

from app.accounts.domain import letters
from app.accounts.domain.factors import (
    ALPHABET,
    RECOVERY_CODES,
    RECOVERY_LENGTH,
    in_groups,
    matching_step,
    normalise_recovery,
)
from app.accounts.domain.people import Identity
from app.accounts.service.codes import Codes, WrongCode
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import factors as store
from app.accounts.store import people
from app.accounts.store.factors import Passkey
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict

ISSUER = "Module Study"


class TotpThere(Conflict):
    """You have an authenticator app already. Remove it first to set up another."""


class NoTotp(Conflict):
    """There is no authenticator app to confirm. Begin again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTotp:
    """To be read by an app: as a picture (an SVG data URI) or as text."""

    picture: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    has_totp: bool
    recovery_left: int
    passkeys: list[Passkey]


class Factors:
    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse
        self._codes = Codes(gatehouse)

    async def totp_is_right(self, tx: Tx, account: AccountId, code: str) -> bool:
        """In the caller's transaction. Each code counts once."""
        totp = await store.read_totp(tx, account)
        if totp is None or totp.confirmed_at is None:
            return False
        return await self._use(tx, account, totp, code)

    async def _use(
        self, tx: Tx, account: AccountId, totp: store.Totp, code: str
    ) -> bool:
        secret = self._house.sealer.open(totp.secret, context=f"totp:{account}")
        now = self._house.clock.now()
        step = matching_step(secret.decode(), code, now, totp.last_step)
        return step is not None and await store.use_step(tx, account, step)

    async def use_recovery_code(self, tx: Tx, account: AccountId, code: str) -> bool:
        """In the caller's transaction. Each code counts once."""
        hashed = self._hash(account, normalise_recovery(code))
        used = await store.use_recovery(tx, account, hashed, self._house.clock.now())
        if used:
            await self._tell(tx, account, "A recovery code was used")
        return used

    async def overview(self, account: AccountId) -> Overview:
        async with self._house.db.connection() as tx:
            totp = await store.read_totp(tx, account)
            return Overview(
                has_totp=totp is not None and totp.confirmed_at is not None,
                recovery_left=await store.recovery_left(tx, account),
                passkeys=await store.passkeys_of(tx, account),
            )

    async def begin_totp(self, who: Identity) -> NewTotp:
        """Not in force until it is confirmed. Raises TotpThere."""
        secret, now = pyotp.random_base32(), self._house.clock.now()
        sealed = self._house.sealer.seal(secret.encode(), context=f"totp:{who.account}")
        async with self._house.db.transaction() as tx:
            before = await store.read_totp(tx, who.account)
            if before is not None and before.confirmed_at is not None:
                raise TotpThere
            await store.replace_totp(tx, who.account, sealed, now)
        return _shown(secret, who.srn)

    async def show_totp(self, who: Identity) -> NewTotp:
        """The one that waits to be confirmed. Raises NoTotp."""
        async with self._house.db.connection() as tx:
            totp = await store.read_totp(tx, who.account)
        if totp is None or totp.confirmed_at is not None:
            raise NoTotp
        secret = self._house.sealer.open(totp.secret, context=f"totp:{who.account}")
        return _shown(secret.decode(), who.srn)

    async def confirm_totp(self, who: Identity, code: str) -> list[str]:
        """In force; the recovery codes, shown this once. Raises WrongCode, NoTotp."""
        async with self._house.db.transaction() as tx:
            await people.lock(tx, who.account)
            totp = await store.read_totp(tx, who.account)
            if totp is None or totp.confirmed_at is not None:
                raise NoTotp
            if not await self._use(tx, who.account, totp, code):
                raise WrongCode
            now = self._house.clock.now()
            await store.confirm_totp(tx, who.account, now)
            codes = await self._new_codes(tx, who.account)
            await self._changed(tx, who, "factor.totp_added", "An authenticator app")
        return codes

    async def remove_totp(self, who: Identity) -> None:
        async with self._house.db.transaction() as tx:
            if not await store.delete_totp(tx, who.account):
                raise NoTotp
            if not await store.passkeys_of(tx, who.account):
                await store.delete_recovery(tx, who.account)
            await self._changed(tx, who, "factor.totp_removed", "An authenticator app")

    async def new_recovery_codes(self, who: Identity) -> list[str]:
        """Shown this once; the former ones are worthless."""
        async with self._house.db.transaction() as tx:
            codes = await self._new_codes(tx, who.account)
            await self._changed(tx, who, "factor.recovery_made", "Recovery codes")
        return codes

    async def _new_codes(self, tx: Tx, account: AccountId) -> list[str]:
        codes = [
            "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))
            for _ in range(RECOVERY_CODES)
        ]
        hashes = [self._hash(account, code) for code in codes]
        await store.replace_recovery(tx, account, hashes, self._house.clock.now())
        return [in_groups(code) for code in codes]

    def _hash(self, account: AccountId, code: str) -> bytes:
        return self._house.sealer.keyed_hash("recovery", f"{account}:{code}")

    async def _changed(self, tx: Tx, who: Identity, act: str, what: str) -> None:
        done = "was removed" if act.endswith("removed") else "was added or made anew"
        await self._tell(tx, who.account, f"{what} {done}")
        now = self._house.clock.now()
        await self._house.trail.write(
            tx, Act(at=now, by=who.account, what=act, whom=who.account)
        )

    async def _tell(self, tx: Tx, account: AccountId, what: str) -> None:
        person = await people.by_id(tx, account)
        await self._codes.tell(tx, person, letters.factor_changed(what))


def _shown(secret: str, srn: str) -> NewTotp:
    uri = pyotp.TOTP(secret).provisioning_uri(name=srn, issuer_name=ISSUER)
    picture = segno.make(uri, error="m").svg_data_uri(scale=6, border=3, light="#fff")
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return NewTotp(picture=picture, secret=groups)
