"""A template made of the profile photo and of captures from several sides."""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.kernel.findings import Ask

CAPTURES = (Ask.FRONT, Ask.LEFT, Ask.RIGHT, Ask.UP)
"""What a template is made of besides the photo."""


class Enrolled(StrEnum):
    """How far an enrolment is."""

    CAPTURING = "capturing"
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A unit embedding (as in `Template`) and its picture (JPEG), both sealed where
    they are kept; `clear`: nobody need compare it with the photo."""

    ask: Ask
    clear: bool
    vector: bytes
    picture: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A student's newest enrolment; `reason` is what the helpdesk said against it."""

    state: Enrolled
    began_at: datetime
    taken: frozenset[Ask] = frozenset()
    reason: str | None = None


def after_the_last(clear: Sequence[bool]) -> Enrolled:
    """With every capture taken: made at once where each is clearly the person of the
    photo; else a person compares first."""
    return Enrolled.APPROVED if all(clear) else Enrolled.WAITING


def combined(vectors: Sequence[bytes]) -> bytes:
    """The unit mean of unit embeddings, float32 little-endian as in `Template`.

    Each weighs the same: measured, the mean of three photos misses far less than one
    (docs/faces.md). Raises ValueError for none, or for different lengths.
    """
    if not vectors or len({len(it) for it in vectors}) > 1:
        raise ValueError("embeddings of one pack are wanted")
    rows = [struct.unpack(f"<{len(it) // 4}f", it) for it in vectors]
    sums = [math.fsum(column) for column in zip(*rows, strict=True)]
    length = math.sqrt(math.fsum(it * it for it in sums))
    if not length:
        raise ValueError("these embeddings cancel each other")
    return struct.pack(f"<{len(sums)}f", *(it / length for it in sums))
