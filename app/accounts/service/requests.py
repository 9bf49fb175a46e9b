"""What waits for a person to look at it: registrations and new photos."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from app.accounts.domain import letters
from app.accounts.domain.contacts import normalise_email, normalise_mobile
from app.accounts.domain.people import Identity, normalise_srn
from app.accounts.domain.photos import require_photo
from app.accounts.domain.roster import NAME_MAX, SRN, RosterLine
from app.accounts.service.browsers import Browser
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import people, photos, roster
from app.accounts.store import requests as store
from app.accounts.store.requests import Decision, PhotoRequest, Registration
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.throttle import Rate, Throttle
from app.kernel.ids import AccountId, PhotoId
from app.kernel.refusals import Conflict, NotFound, Refusal
from app.kernel.scripts import is_printable

FROM_A_NETWORK = Rate(name="register", burst=10, every_s=360)
NEW_PHOTOS = Rate(name="photo", burst=3, every_s=3600)
SHOWN = 50
REASON_MAX = 500


class BadName(Refusal):
    """Please give your name as it is on your papers, with at most 120 characters."""


class BadSrn(Refusal):
    """An SRN has 3 to 32 letters and digits. Check it and try again."""


class SrnTaken(Conflict):
    """This SRN belongs to an account already. Check it and try again."""


class NoSuchRequest(NotFound):
    """This request was decided meanwhile, by you or by a colleague."""


class ReasonNeeded(Refusal):
    """Please write a reason of at most 500 characters: the person reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRegistration:
    """As it was typed; an SRN if the person knows it."""

    name: str
    srn: str
    email: str
    mobile: str
    photo: bytes


class Requests:
    def __init__(self, gatehouse: Gatehouse, throttle: Throttle) -> None:
        self._house = gatehouse
        self._throttle = throttle
        self._codes = Codes(gatehouse)

    async def register(self, new: NewRegistration, browser: Browser) -> None:
        """The same for everybody, also for an address that waits already or belongs to
        an account: its owner reads in a letter which it was."""
        registration = self._read(new)
        await self._throttle.take(FROM_A_NETWORK, browser.network)
        async with self._house.db.transaction() as tx:
            await store.insert_registration(tx, registration)
            words = letters.registered(registration.name)
            await self._codes.post(tx, words, "email", registration.email)

    def _read(self, new: NewRegistration) -> Registration:
        name, srn = " ".join(new.name.split()), normalise_srn(new.srn)
        if not 1 <= len(name) <= NAME_MAX or not is_printable(name):
            raise BadName
        if srn and not SRN.fullmatch(srn):
            raise BadSrn
        require_photo(new.photo)
        return Registration(
            registration=uuid4(),
            name=name,
            srn=srn or None,
            email=normalise_email(new.email),
            mobile=normalise_mobile(new.mobile),
            photo=new.photo,
            asked_at=self._house.clock.now(),
            state="waiting",
        )

    async def ask_photo(self, who: Identity, jpeg: bytes) -> None:
        """Raises PhotoUnusable or Throttled."""
        require_photo(jpeg)
        await self._throttle.take(NEW_PHOTOS, str(who.account))
        now = self._house.clock.now()
        async with self._house.db.transaction() as tx:
            await store.replace_photo_request(tx, uuid4(), who.account, jpeg, now)
            await self._write(tx, who.account, "photo.asked", who.account)

    async def waiting(self) -> tuple[list[Registration], list[PhotoRequest]]:
        async with self._house.db.connection() as tx:
            return (
                await store.waiting_registrations(tx, SHOWN),
                await store.waiting_photo_requests(tx, SHOWN),
            )

    async def count(self) -> tuple[int, int]:
        async with self._house.db.connection() as tx:
            return await store.count_waiting(tx)

    async def see_photo(self, by: Identity, request: UUID) -> bytes:
        """Of either kind of request. Who looked at a face is in the trail first."""
        async with self._house.db.transaction() as tx:
            asked = await store.lock_photo_request(tx, request)
            new = await store.lock_registration(tx, request) if not asked else None
            if asked is None and new is None:
                raise NoSuchRequest
            whom = asked.account if asked else None
            told = {"why": "to decide a request", "request": str(request)}
            await self._write(tx, by.account, "photo.seen", whom, **told)
        return asked.jpeg if asked else new.photo if new else b""

    async def has_photo(self, account: AccountId) -> bool:
        async with self._house.db.connection() as tx:
            return await photos.read_photo(tx, account) is not None

    async def see_profile_photo(self, by: Identity, account: AccountId) -> bytes:
        """The one in force. Raises NoSuchRequest where there is none."""
        async with self._house.db.transaction() as tx:
            jpeg = await photos.read_photo(tx, account)
            if jpeg is None:
                raise NoSuchRequest
            if by.account != account:
                await self._write(
                    tx, by.account, "photo.seen", account, why="on the profile page"
                )
        return jpeg

    async def approve_registration(
        self, by: Identity, registration: UUID, srn: str
    ) -> None:
        """An invited account with its photo. Raises BadSrn, SrnTaken, NoSuchRequest."""
        given = normalise_srn(srn)
        if not SRN.fullmatch(given):
            raise BadSrn
        now = self._house.clock.now()
        async with self._house.db.transaction() as tx:
            it = await self._registration(tx, registration)
            if await people.by_srn(tx, given) is not None:
                raise SrnTaken
            line = RosterLine(
                number=1, srn=given, name=it.name, email=it.email, mobile=it.mobile
            )
            await roster.insert(tx, [line], now)
            account = (await roster.accounts(tx, [given]))[given]
            await photos.replace_photo(tx, account, PhotoId(uuid4()), it.photo, now)
            decision = Decision(state="approved", by=by.account, at=now)
            await store.decide_registration(tx, registration, decision, account)
            words = letters.approved(given, f"{self._house.url}/activate")
            await self._codes.post(tx, words, "email", it.email, about=account)
            await self._write(tx, by.account, "registration.approved", account)

    async def refuse_registration(
        self, by: Identity, registration: UUID, reason: str
    ) -> None:
        why, now = reason_of(reason), self._house.clock.now()
        async with self._house.db.transaction() as tx:
            it = await self._registration(tx, registration)
            decision = Decision(state="refused", by=by.account, at=now, reason=why)
            await store.decide_registration(tx, registration, decision, None)
            words = letters.refused("registration", why)
            await self._codes.post(tx, words, "email", it.email)
            await self._write(tx, by.account, "registration.refused", None)

    async def decide_photo(
        self, by: Identity, request: UUID, *, refuse_for: str | None
    ) -> None:
        """In force when it is not refused: a worker makes the face reference anew."""
        why = reason_of(refuse_for) if refuse_for is not None else None
        now, state = self._house.clock.now(), "refused" if why else "approved"
        async with self._house.db.transaction() as tx:
            it = await store.lock_photo_request(tx, request)
            if it is None or it.state != "waiting":
                raise NoSuchRequest
            decision = Decision(state=state, by=by.account, at=now, reason=why)
            await store.decide_photo_request(tx, request, decision)
            if not why:
                photo = PhotoId(uuid4())
                await photos.replace_photo(tx, it.account, photo, it.jpeg, now)
            words = letters.refused("photo", why) if why else letters.photo_taken()
            await self._codes.tell(tx, await people.by_id(tx, it.account), words)
            await self._write(tx, by.account, f"photo.{state}", it.account)

    async def _registration(self, tx: Tx, registration: UUID) -> Registration:
        it = await store.lock_registration(tx, registration)
        if it is None or it.state != "waiting":
            raise NoSuchRequest
        return it

    async def _write(
        self,
        tx: Tx,
        by: AccountId,
        what: str,
        whom: AccountId | None,
        **details: str,
    ) -> None:
        now = self._house.clock.now()
        act = Act(at=now, by=by, what=what, whom=whom, details=details)
        await self._house.trail.write(tx, act)


def reason_of(text: str) -> str:
    """Raises ReasonNeeded."""
    reason = " ".join(text.split())
    if not 1 <= len(reason) <= REASON_MAX:
        raise ReasonNeeded
    return reason
