"""Messages that cross processes through Redis streams, and how they are written.

Fields are bytes: no pickle, nothing executable. A message that cannot be read raises
`Malformed`; the reader drops it, since a look whose sample is lost is captured again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from app.kernel.findings import Ask
from app.kernel.ids import LookId, SittingId

MAX_FRAMES = 12
"""Of an asked turn, which takes time; other samples have fewer."""
_Word: TypeAlias = bytes | bytearray | memoryview | str | int | float
Fields: TypeAlias = dict[_Word, _Word]


class Malformed(ValueError):
    """A message from another process that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCommand:
    """Asks the media node to capture a sample for a look, on this try of it.

    `begin_within_ms`: of what is begun later the sample would come too late, when the
    look has its next try or none. None: whoever commands does not say.
    """

    look: LookId
    attempt: int
    sitting: SittingId
    epoch: int
    ask: Ask | None = None
    begin_within_ms: int | None = None

    def to_fields(self) -> Fields:
        within = self.begin_within_ms
        return {
            "look": str(self.look).encode(),
            "attempt": str(self.attempt).encode(),
            "sitting": str(self.sitting).encode(),
            "epoch": str(self.epoch).encode(),
            "ask": (self.ask or "").encode(),
            "begin_within_ms": b"" if within is None else str(within).encode(),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> "CaptureCommand":
        try:
            return cls(
                look=LookId(UUID(fields[b"look"].decode())),
                attempt=int(fields[b"attempt"]),
                sitting=SittingId(UUID(fields[b"sitting"].decode())),
                epoch=int(fields[b"epoch"]),
                ask=Ask(word.decode()) if (word := fields.get(b"ask")) else None,
                begin_within_ms=int(fields.get(b"begin_within_ms") or 0) or None,
            )
        except (KeyError, ValueError) as error:
            raise Malformed(f"unreadable message: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The best frames captured for a command, best first, each a JPEG.

    No frames means that no video arrived while we looked.
    """

    command: CaptureCommand
    frames: tuple[bytes, ...]

    def to_fields(self) -> Fields:
        fields = self.command.to_fields()
        for number, jpeg in enumerate(self.frames[:MAX_FRAMES]):
            fields[f"frame{number}"] = jpeg
        return fields

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> "Sample":
        keys = (f"frame{i}".encode() for i in range(MAX_FRAMES))
        frames = tuple(fields[key] for key in keys if key in fields)
        return cls(command=CaptureCommand.from_fields(fields), frames=frames)
