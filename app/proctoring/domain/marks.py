"""Marks of glances: when two are of one picture, and when two students are twins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from app.kernel.ids import AccountId, SittingId

HASH_BYTES = 8
BANDS = 4
NEAR_EIGHTHS = 6.0
"""Mean distance of five points, in eighths of a pixel of a picture 320 wide."""
BITS_APART = 4
MOMENTS_SUSPECT = 4
"""Glances of each of the two, every one the twin of another: a face that holds still
may meet one old picture for hours."""
LIFE_MS = 7_200_000
"""No mark is older; what is kept of a slot ends when its first mark would be."""
SLOT_MS = 1_800_000

Moments: TypeAlias = tuple[tuple[int, int], ...]
"""When two students showed the same picture: (the one's stamp, the other's)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one glance looked like (`media.follow.mark_of`), whose camera showed it, in
    which sitting, and when: `stamp` in milliseconds."""

    account: AccountId
    sitting: SittingId
    stamp: int
    hashed: bytes

    def to_bytes(self) -> bytes:
        stamp = self.stamp.to_bytes(8)
        return self.account.bytes + self.sitting.bytes + stamp + self.hashed

    @classmethod
    def from_bytes(cls, entry: bytes) -> "Mark":
        return cls(
            account=AccountId(UUID(bytes=entry[:16])),
            sitting=SittingId(UUID(bytes=entry[16:32])),
            stamp=int.from_bytes(entry[32:40]),
            hashed=entry[40:],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two glances of two students that show one picture."""

    one: Mark
    other: Mark


def bands_of(hashed: bytes) -> list[str]:
    """Whoever differs in fewer bits than there are bands shares one of them."""
    size = HASH_BYTES // BANDS
    parts = (hashed[at * size : (at + 1) * size] for at in range(BANDS))
    return [f"{number}:{part.hex()}" for number, part in enumerate(parts)]


def is_same(hashed: bytes, other: bytes) -> bool:
    """The hashes differ in few bits, and the faces are in the same place."""
    if len(hashed) != len(other):
        return False
    bits = int.from_bytes(hashed[:HASH_BYTES]) ^ int.from_bytes(other[:HASH_BYTES])
    if bits.bit_count() > BITS_APART:
        return False
    points, others = _points(hashed), _points(other)
    apart = sum(abs(a - b) for a, b in zip(points, others, strict=True))
    return apart / len(points) < NEAR_EIGHTHS


def stamp_of(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def slot_of(stamp: int) -> int:
    return stamp // SLOT_MS


def slots_at(now: int) -> range:
    """Those of which something may be kept at this moment, the oldest first."""
    return range(slot_of(now - LIFE_MS), slot_of(now) + 1)


def left_s(stamp: int) -> int:
    """Seconds from a mark to the end of its slot's life: less for each later one, so
    that a busy slot lives no longer than a quiet one."""
    return (slot_of(stamp) * SLOT_MS + LIFE_MS - stamp) // 1000


def alike(mark: Mark, others: Iterable[Mark]) -> list[Alike]:
    """Of another student, not too long ago: nobody is a twin of their own."""
    return [
        Alike(one=mark, other=it)
        for it in others
        if it.account != mark.account
        and abs(mark.stamp - it.stamp) <= LIFE_MS
        and is_same(mark.hashed, it.hashed)
    ]


def by_pair(found: Iterable[Alike]) -> dict[tuple[AccountId, AccountId], list[Alike]]:
    """A pair is the same from both sides."""
    pairs: dict[tuple[AccountId, AccountId], list[Alike]] = {}
    for it in found:
        one, other = sorted((it.one, it.other), key=lambda mark: mark.account)
        pair = one.account, other.account
        pairs.setdefault(pair, []).append(Alike(one=one, other=other))
    return pairs


def one_to_one(known: Moments, fresh: Iterable[tuple[int, int]]) -> Moments:
    """Those known and as many more as pair one glance with one that neither has been
    paired yet; no more than are needed."""
    moments = list(known)
    ones, others = {one for one, _ in known}, {other for _, other in known}
    for one, other in fresh:
        if len(moments) < MOMENTS_SUSPECT and one not in ones and other not in others:
            moments.append((one, other))
            ones.add(one)
            others.add(other)
    return tuple(moments)


def are_twins(moments: Moments) -> bool:
    return len(moments) >= MOMENTS_SUSPECT


def _points(hashed: bytes) -> list[int]:
    rest = hashed[HASH_BYTES:]
    return [
        int.from_bytes(rest[at : at + 2], signed=True) for at in range(0, len(rest), 2)
    ]
