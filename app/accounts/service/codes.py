"""One-time codes: made, sent, and checked. Only their keyed hash is kept."""

import hmac
import secrets
from datetime import timedelta

from app.accounts.domain import letters
from app.accounts.domain.attempts import Attempt, addresses, try_code, with_code
from app.accounts.domain.letters import Words
from app.accounts.domain.people import Person
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import attempts as store
from app.adapters.db import Tx
from app.adapters.outbox import Letter
from app.kernel.ids import AccountId
from app.kernel.refusals import Unauthenticated

DIGITS = 6
USEFUL = timedelta(days=3)
"""How long a letter that is not about a code is worth sending."""


class WrongCode(Unauthenticated):
    """This code is not right, or no longer. Check it, or ask for a new one."""


class Codes:
    """Works inside the caller's transactions, on an attempt that is locked."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse

    async def send(
        self,
        tx: Tx,
        token_hash: bytes,
        attempt: Attempt,
        person: Person | None,
        channel: str,
    ) -> Attempt:
        """The same work for nobody as for somebody. Raises CodeTooSoon, NoMoreCodes."""
        now, policy = self._house.clock.now(), self._house.policy
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        after = with_code(attempt, self._hash(token_hash, code), now, policy)
        await store.save(tx, token_hash, after)
        words = letters.code(code, policy.code_life_min)
        life = timedelta(minutes=policy.code_life_min)
        for kind, to in addresses(after, person, channel):
            await self.post(tx, words, kind, to, life, attempt.account)
        return after

    def check(
        self, token_hash: bytes, attempt: Attempt, code: str
    ) -> tuple[Attempt, bool]:
        digits = "".join(char for char in code if char.isdigit())
        given = self._hash(token_hash, digits[: DIGITS + 1])
        is_right = hmac.compare_digest(given, attempt.code_hash or bytes(32))
        now, policy = self._house.clock.now(), self._house.policy
        return try_code(attempt, is_right=is_right, now=now, policy=policy)

    async def post(
        self,
        tx: Tx,
        words: Words,
        channel: str,
        to: str | None,
        life: timedelta = USEFUL,
        about: AccountId | None = None,
    ) -> None:
        now = self._house.clock.now()
        letter = Letter(
            channel="sms" if channel == "sms" else "email",
            to=to,
            kind=words.kind,
            subject=words.subject,
            text=words.text,
            useful_until=now + life,
            about=about,
        )
        await self._house.outbox.post(tx, letter, now)

    async def tell(self, tx: Tx, person: Person | None, words: Words) -> None:
        """One letter to the owner: by e-mail, or by SMS where there is no e-mail."""
        email = person.email if person else None
        mobile = person.mobile if person else None
        about = person.account if person else None
        if email or not mobile:
            await self.post(tx, words, "email", email, about=about)
        else:
            await self.post(tx, words, "sms", mobile, about=about)

    def _hash(self, token_hash: bytes, code: str) -> bytes:
        return self._house.sealer.keyed_hash("code", f"{token_hash.hex()}:{code}")
