"""Messages that cross processes through Redis streams, and how they are written.

Fields are bytes: no pickle, nothing executable. A message that cannot be read raises
`Malformed`; the reader drops it, since a look whose sample is lost is captured again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.kernel.ids import LookId, SittingId

MAX_FRAMES = 5


class Malformed(ValueError):
    """A message from another process that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCommand:
    """Asks the media node to capture a sample for a look, on this try of it."""

    look: LookId
    attempt: int
    sitting: SittingId
    epoch: int

    def to_fields(self) -> dict[str, bytes]:
        return _head(self)

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> "CaptureCommand":
        return cls(**_read_head(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The best frames captured for a look, best first, each a JPEG.

    No frames means that no video arrived while we looked.
    """

    look: LookId
    attempt: int
    sitting: SittingId
    epoch: int
    frames: tuple[bytes, ...]

    def to_fields(self) -> dict[str, bytes]:
        frames = {f"frame{i}": jpeg for i, jpeg in enumerate(self.frames[:MAX_FRAMES])}
        return _head(self) | frames

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> "Sample":
        keys = (f"frame{i}".encode() for i in range(MAX_FRAMES))
        frames = tuple(fields[key] for key in keys if key in fields)
        return cls(**_read_head(fields), frames=frames)


def _head(message: CaptureCommand | Sample) -> dict[str, bytes]:
    return {
        "look": str(message.look).encode(),
        "attempt": str(message.attempt).encode(),
        "sitting": str(message.sitting).encode(),
        "epoch": str(message.epoch).encode(),
    }


def _read_head(fields: Mapping[bytes, bytes]) -> dict[str, object]:
    try:
        return {
            "look": LookId(UUID(fields[b"look"].decode())),
            "attempt": int(fields[b"attempt"]),
            "sitting": SittingId(UUID(fields[b"sitting"].decode())),
            "epoch": int(fields[b"epoch"]),
        }
    except (KeyError, ValueError) as error:
        raise Malformed(f"unreadable message: {error}") from error
