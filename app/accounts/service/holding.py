"""An attempt that has begun, held by one request at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.accounts.domain.attempts import (
    Attempt,
    AttemptOver,
    Purpose,
    can_log_in,
    require_open,
)
from app.accounts.domain.people import Identity, Person
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.logins import hash_token
from app.accounts.store import attempts as store
from app.accounts.store import people
from app.adapters.db import Tx
from app.kernel.ids import NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An attempt that is locked, with whose it is (None: nobody we know)."""

    token: str
    token_hash: bytes
    attempt: Attempt
    person: Person | None


@asynccontextmanager
async def hold(
    house: Gatehouse, token: str, who: Identity | None = None
) -> AsyncIterator[tuple[Tx, Held]]:
    """Locked for one transaction; a proof only for its own login.

    Raises AttemptOver or NoTriesLeft when the attempt has ended.
    """
    token_hash = hash_token(token)
    async with house.db.transaction() as tx:
        attempt = await store.lock(tx, token_hash)
        if attempt is None or not _is_theirs(attempt, who):
            raise AttemptOver
        require_open(attempt, house.clock.now(), house.policy)
        # The same work for nobody as for somebody.
        person = await people.by_id(tx, attempt.account or NOBODY)
        if person is not None and not _may_go_on(attempt, person):
            raise AttemptOver
        held = Held(token=token, token_hash=token_hash, attempt=attempt, person=person)
        yield tx, held


def _is_theirs(attempt: Attempt, who: Identity | None) -> bool:
    if attempt.purpose is Purpose.PROVE:
        return who is not None and who.account == attempt.account
    return True


def _may_go_on(attempt: Attempt, person: Person) -> bool:
    return attempt.purpose is Purpose.ACTIVATE or can_log_in(person)
