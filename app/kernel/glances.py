"""What a glance saw, as media nodes tell it to the workers through a Redis stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.kernel.ids import SittingId
from app.kernel.messages import Fields, Malformed

MARK_MAX = 64


class Sight(StrEnum):
    """What one glance saw, beside what was followed before.

    `steady`: the same face; `jumped`: the same, but elsewhere; `broken`: a face, but
    perhaps another; `unseen`: the camera sent no picture when it was asked for one.
    """

    STEADY = "steady"
    JUMPED = "jumped"
    BROKEN = "broken"
    EMPTY = "empty"
    SEVERAL = "several"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A glance after those before it. `still_s`: for how long the face has not moved
    at all; `repeats`: how many late glances repeated earlier ones; `mark`: a
    perceptual hash (media.follow.mark_of), empty where faces are only counted.
    `gap_s`: how long before this glance, which lost the face, it was last followed."""

    sight: Sight
    gap_s: float | None = None
    still_s: float = 0.0
    repeats: int = 0
    mark: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlanceTold:
    """`age_s`: how long before it was sent the picture arrived."""

    sitting: SittingId
    epoch: int
    followed: Followed
    age_s: float = 0.0

    def to_fields(self) -> Fields:
        followed = self.followed
        return {
            "sitting": str(self.sitting),
            "epoch": self.epoch,
            "sight": followed.sight.value,
            "gap": "" if followed.gap_s is None else f"{followed.gap_s:.3f}",
            "still": f"{followed.still_s:.1f}",
            "repeats": followed.repeats,
            "mark": followed.mark,
            "age": f"{self.age_s:.3f}",
        }

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> "GlanceTold":
        """Raises Malformed."""
        try:
            gap = fields.get(b"gap")  # A node of the release before tells none.
            followed = Followed(
                sight=Sight(fields[b"sight"].decode()),
                gap_s=float(gap) if gap else None,
                still_s=float(fields[b"still"]),
                repeats=int(fields[b"repeats"]),
                mark=bytes(fields[b"mark"])[:MARK_MAX],
            )
            return cls(
                sitting=SittingId(UUID(fields[b"sitting"].decode())),
                epoch=int(fields[b"epoch"]),
                followed=followed,
                age_s=float(fields[b"age"]),
            )
        except (KeyError, ValueError) as error:
            raise Malformed(f"unreadable glance: {error}") from error
