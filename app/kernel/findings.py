"""What a face engine saw, in the words policy judges by. No picture, no vector."""

from dataclasses import dataclass
from enum import StrEnum


class Ask(StrEnum):
    """Where a student is asked to turn the head; left and right are the student's."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one sample showed.

    `faces` is the count most frames agree on (several wins a tie). Figures about the
    face are of the best frames and None where there was no single face:
    `face_height` as a share of the picture's height, `turn` the larger of |yaw| and
    |pitch| in degrees, `similarity` the cosine of the combined embedding with the
    reference (None without a reference), `liveness` 0..1 (1 = live), `motion` the mean
    change of the face's area between two frames, 0..1 of full scale (None for one).
    Where a turn of the head was asked: `did_as_asked`, and `kept`, the least cosine
    between the face turned and the face before it turned. `luminance` is
    the mean brightness 0..1 of the face, or of the picture where no face was found.
    `sharpness` is the variance of the Laplacian of the face at 112 px (or picture),
    relative to the picture's own variance, times 1000.
    """

    frames: int
    faces: int
    luminance: float
    sharpness: float
    face_height: float | None = None
    turn: float | None = None
    similarity: float | None = None
    liveness: float | None = None
    motion: float | None = None
    did_as_asked: bool | None = None
    kept: float | None = None
    engine: str
    pack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A reference: the unit-length embedding, float32 little-endian, of one pack.

    A template of one pack means nothing to another, so `pack` (name and version) is
    compared before matching.
    """

    pack: str
    vector: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a sample showed of whom it was to show: the unit embedding (as in
    `Template`) and the best picture (JPEG). Kept of an enrolment alone."""

    vector: bytes
    jpeg: bytes
