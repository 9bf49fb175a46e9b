"""Logging in and out, adding accounts, and the face references of their photos."""

import hashlib
import secrets
from datetime import timedelta
from uuid import uuid4

from app.accounts import store
from app.accounts.domain import (
    ABSOLUTE_LIFE,
    IDLE_LIFE,
    PASSWORD_MAX,
    Identity,
    Role,
    is_alive,
    normalise_srn,
)
from app.accounts.store import Wanted
from app.adapters.db import Database
from app.adapters.passwords import Passwords
from app.kernel.clock import Clock
from app.kernel.findings import Template
from app.kernel.ids import AccountId, PhotoId
from app.kernel.refusals import Conflict, Refusal, Unauthenticated, Unavailable

REFERENCE_LEASE = timedelta(seconds=30)
TOUCH_EVERY = timedelta(minutes=1)
PHOTO_MAX = 2 * 1024 * 1024


class WrongLogin(Unauthenticated):
    """SRN and password do not belong together. Check both and try again."""


class NoReference(Conflict):
    """We cannot recognise you yet."""


class ReferencePending(Unavailable):
    """Your profile photo is being prepared. We go on by ourselves in a moment."""


class PhotoUnusable(Refusal):
    """A profile photo is a JPEG picture of at most 2 MB."""


class Accounts:
    """Every method is one transaction; times come from `clock`."""

    def __init__(self, db: Database, clock: Clock, passwords: Passwords) -> None:
        self._db = db
        self._clock = clock
        self._passwords = passwords

    async def log_in(self, srn: str, password: str) -> str:
        """A new token of 256 bits. Raises WrongLogin, the same for an unknown SRN."""
        async with self._db.connection() as tx:
            found = await store.password_of(tx, normalise_srn(srn))
        stored = found[1] if found else None
        right = await self._passwords.matches(password[: PASSWORD_MAX + 1], stored)
        if found is None or not right:
            raise WrongLogin
        token = secrets.token_urlsafe(32)
        async with self._db.transaction() as tx:
            await store.insert_login(tx, _hash(token), found[0], self._clock.now())
        return token

    async def who(self, token: str) -> Identity | None:
        """Whose token this is, if it still lives. Being seen keeps it alive."""
        now = self._clock.now()
        async with self._db.connection() as tx:
            login = await store.read_login(tx, _hash(token))
            if login is None or not is_alive(login.created_at, login.last_seen_at, now):
                return None
            if now - login.last_seen_at > TOUCH_EVERY:
                await store.touch_login(tx, _hash(token), now)
        return login.identity

    async def log_out(self, token: str) -> None:
        async with self._db.transaction() as tx:
            await store.delete_login(tx, _hash(token))

    async def forget_expired_logins(self) -> None:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await store.delete_logins_before(tx, now - ABSOLUTE_LIFE, now - IDLE_LIFE)

    async def add(self, srn: str, name: str, role: Role, password: str) -> AccountId:
        """Adds an account; one that is there keeps its password and role."""
        identity = Identity(
            account=AccountId(uuid4()), srn=normalise_srn(srn), name=name, role=role
        )
        hashed = self._passwords.hash(password)
        async with self._db.transaction() as tx:
            return await store.insert_account(tx, identity, hashed, self._clock.now())

    async def set_photo(self, account: AccountId, jpeg: bytes) -> None:
        """Its reference is made by a worker, soon. The same photo again is no change.

        Raises PhotoUnusable.
        """
        if len(jpeg) > PHOTO_MAX or not jpeg.startswith(b"\xff\xd8\xff"):
            raise PhotoUnusable
        async with self._db.transaction() as tx:
            if not await store.same_photo(tx, account, jpeg):
                photo = PhotoId(uuid4())
                await store.replace_photo(tx, account, photo, jpeg, self._clock.now())

    async def has_photo(self, account: AccountId) -> bool:
        async with self._db.connection() as tx:
            return bool(await store.reference_states(tx, account))

    async def claim_wanted_reference(self, pack: str) -> Wanted | None:
        """A photo whose reference the caller should make, leased for half a minute."""
        async with self._db.transaction() as tx:
            now = self._clock.now()
            return await store.claim_wanted(tx, pack, now, REFERENCE_LEASE)

    async def save_reference(self, photo: PhotoId, template: Template) -> None:
        async with self._db.transaction() as tx:
            vector = template.vector
            await store.decide_reference(tx, photo, template.pack, vector, None)

    async def refuse_reference(self, photo: PhotoId, pack: str, reason: str) -> None:
        """`reason` is the sentence the student reads."""
        async with self._db.transaction() as tx:
            await store.decide_reference(tx, photo, pack, None, reason)

    async def reference_of(self, account: AccountId, pack: str) -> Template | None:
        async with self._db.connection() as tx:
            return await store.reference_of(tx, account, pack)

    async def require_reference(self, account: AccountId) -> None:
        """Raises NoReference, whose sentence says what is wrong and what to do, or
        ReferencePending."""
        async with self._db.connection() as tx:
            rows = await store.reference_states(tx, account)
        if any(row["state"] == "made" for row in rows):
            return
        if not rows:
            raise NoReference(
                "You have no profile photo yet. Ask the helpdesk to add one."
            )
        reasons = [row["reason"] for row in rows if row["reason"]]
        if reasons:
            raise NoReference(
                f"Your profile photo cannot be used: {reasons[0]} Ask the helpdesk "
                "to replace it."
            )
        raise ReferencePending


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
