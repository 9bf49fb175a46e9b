"""Profile photos, and the face references that a worker makes from them."""

from datetime import timedelta
from uuid import uuid4

from app.accounts.domain.photos import require_photo
from app.accounts.store import photos as store
from app.accounts.store.photos import Wanted
from app.adapters.db import Database
from app.adapters.envelopes import Envelopes, Purpose, Unreadable
from app.kernel.clock import Clock
from app.kernel.findings import Template
from app.kernel.ids import AccountId, PhotoId
from app.kernel.refusals import Conflict, Unavailable

REFERENCE_LEASE = timedelta(seconds=30)
FORGET_MOST = 1_000


class NoReference(Conflict):
    """We cannot recognise you yet."""


class ReferencePending(Unavailable):
    """Your profile photo is being prepared. We go on by ourselves in a moment."""


class Photos:
    """Every method is one transaction; times come from `clock`."""

    def __init__(self, db: Database, clock: Clock, envelopes: Envelopes) -> None:
        self._db = db
        self._clock = clock
        self._envelopes = envelopes

    async def set_photo(self, account: AccountId, jpeg: bytes) -> None:
        """Its reference is made by a worker, soon. The same photo again is no change.

        Raises PhotoUnusable.
        """
        require_photo(jpeg)
        async with self._db.transaction() as tx:
            if not await store.same_photo(tx, account, jpeg):
                photo = PhotoId(uuid4())
                await store.replace_photo(tx, account, photo, jpeg, self._clock.now())

    async def has_photo(self, account: AccountId) -> bool:
        async with self._db.connection() as tx:
            return bool(await store.reference_states(tx, account))

    async def photo(self, account: AccountId) -> bytes | None:
        """The JPEG. Whoever shows it to staff writes to the trail who looked."""
        async with self._db.connection() as tx:
            return await store.read_photo(tx, account)

    async def claim_wanted_reference(self, pack: str) -> Wanted | None:
        """A photo whose reference the caller should make, leased for half a minute."""
        async with self._db.transaction() as tx:
            now = self._clock.now()
            return await store.claim_wanted(tx, pack, now, REFERENCE_LEASE)

    async def save_reference(self, photo: PhotoId, template: Template) -> None:
        """Sealed. One whose consent went meanwhile is thrown away."""
        async with self._db.transaction() as tx:
            account = await store.lock_wanted(tx, photo, template.pack)
            if account is None:
                return
            context = context_of(photo, template.pack)
            sealed = await self._envelopes.seal(
                tx, account, Purpose.TEMPLATE, template.vector, context=context
            )
            await store.decide_reference(tx, photo, template.pack, sealed, None)

    async def refuse_reference(self, photo: PhotoId, pack: str, reason: str) -> None:
        """`reason` is the sentence the student reads."""
        async with self._db.transaction() as tx:
            await store.decide_reference(tx, photo, pack, None, reason)

    async def reference_of(self, account: AccountId, pack: str) -> Template | None:
        """None also when it cannot be opened: then it is made anew from the photo."""
        async with self._db.transaction() as tx:
            found = await store.reference_of(tx, account, pack)
            if found is None:
                return None
            context = context_of(found.photo, pack)
            try:
                vector = await self._envelopes.open(
                    tx, account, Purpose.TEMPLATE, found.sealed, context=context
                )
            except Unreadable:
                await store.forget_reference(tx, found.photo, pack)
                return None
        return Template(pack=pack, vector=vector)

    async def forget_other_packs(self, pack: str) -> int:
        """Deletes the references of other packs, with what was captured for them,
        where this pack's is decided; how many. For when nobody uses those any more."""
        async with self._db.transaction() as tx:
            return await store.forget_other_packs(tx, pack, FORGET_MOST)

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


def context_of(photo: PhotoId, pack: str) -> str:
    """What a template is sealed to."""
    return f"reference:{photo}:{pack}"
