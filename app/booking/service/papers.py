"""What goes onto the papers of a seat; drawing them is another's business."""

from urllib.parse import urlsplit

from app.accounts.service.photos import Photos
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.sealing import Sealer
from app.adapters.throttle import Rate, Throttle
from app.booking.domain.calendar import Entry
from app.booking.domain.cards import Seals, card_code
from app.booking.domain.door import doors_at
from app.booking.domain.papers import NotBooked, NothingPaid, Receipt, SeatPaper
from app.booking.domain.refusals import NoSuchSeat
from app.booking.domain.words import SeatState
from app.booking.papers.admit import AdmitCard
from app.booking.service.desk import BookingDesk
from app.booking.store import papers as store
from app.kernel.ids import AccountId, SeatId

EACH = Rate(name="papers", burst=12, every_s=5)
CARD = "admit card"
"""What the codes of admit cards are hashed for."""


class Papers:
    def __init__(self, desk: BookingDesk, photos: Photos, throttle: Throttle) -> None:
        self._desk = desk
        self._photos = photos
        self._throttle = throttle

    async def receipt(self, account: AccountId, seat: SeatId) -> Receipt:
        """Of every payment, also of one that went back. Raises NoSuchSeat, NothingPaid,
        Throttled."""
        await self._throttle.take(EACH, str(account))
        async with self._desk.db.connection() as tx:
            return await self._receipt(tx, seat, account)

    async def receipt_for(self, by: AccountId, seat: SeatId) -> Receipt:
        """For staff; the trail has who looked."""
        await self._throttle.take(EACH, str(by))
        async with self._desk.db.transaction() as tx:
            found = await self._receipt(tx, seat, None)
            act = Act(
                at=found.made_at,
                by=by,
                what="receipt.seen",
                whom=found.seat.account,
                details={"seat": str(seat)},
            )
            await self._desk.house.trail.write(tx, act)
        return found

    async def entry(self, account: AccountId, seat: SeatId) -> tuple[str, Entry]:
        """The number of the order, and its booking as a calendar takes it, wherever
        that was moved meanwhile. Raises NoSuchSeat, NotBooked, Throttled."""
        await self._throttle.take(EACH, str(account))
        async with self._desk.db.connection() as tx:
            mine = await self._paper(tx, seat, account)
            now_at = await store.newest_of_order(tx, mine.order)
            if now_at is None:
                raise NotBooked
            sequence, changed_at = await store.changes(tx, mine.order)
        now, url = self._desk.clock.now(), self._desk.house.url
        host = urlsplit(url).hostname or "localhost"
        link = f"{url}/tests/seats/{now_at.seat}"
        return mine.order_number, Entry(
            uid=f"{mine.order_number}@{host}",
            sequence=sequence,
            cancelled=now_at.state is SeatState.CANCELLED,
            starts_at=now_at.place.starts_at,
            ends_at=now_at.place.ends_at,
            changed_at=changed_at or now,
            made_at=now,
            summary=f"Test: {now_at.module}",
            description=f"{now_at.place.when}\nBring the admit card and an identity "
            f"document with your photo: {link}",
            location=now_at.place.where,
            url=link,
            organizer=f"noreply@{host}",
        )

    async def admit(self, account: AccountId, seat: SeatId) -> AdmitCard:
        """Only while it is booked. Raises NoSuchSeat, NotBooked, Throttled."""
        await self._throttle.take(EACH, str(account))
        async with self._desk.db.connection() as tx:
            mine = await self._paper(tx, seat, account)
        if mine.state is not SeatState.BOOKED:
            raise NotBooked
        policy, now = self._desk.policy, self._desk.clock.now()
        return AdmitCard(
            seat=mine,
            code=card_code(seat, mine.place.ends_at, seals_of(self._desk)),
            photo=await self._photos.photo(account),
            doors_at=doors_at(mine.place.starts_at, policy),
            made_at=now,
        )

    async def _receipt(self, tx: Tx, seat: SeatId, owner: AccountId | None) -> Receipt:
        mine = await self._paper(tx, seat, owner)
        paid = await store.payments(tx, mine.order)
        if not paid:
            raise NothingPaid
        return Receipt(seat=mine, paid=tuple(paid), made_at=self._desk.clock.now())

    async def _paper(self, tx: Tx, seat: SeatId, owner: AccountId | None) -> SeatPaper:
        found = await store.read(tx, seat, owner)
        if found is None:
            raise NoSuchSeat
        return found


def seals_of(desk: BookingDesk) -> Seals:
    """What admit cards are sealed with, and the door reads them by."""
    return seals_by(desk.house.sealer)


def seals_by(sealer: Sealer) -> Seals:
    return lambda text: sealer.keyed_hash(CARD, text)
