"""Why an incident has no picture: a reviewer must not guess, least of all at the
student's expense."""

from dataclasses import dataclass
from datetime import datetime

from app.proctoring.domain.incidents import COLLECT, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpictured:
    """`pictures`: 'none', 'unagreed', 'kept', or None where it was not noted yet;
    `took_back`: that consent was withdrawn after they were kept; `by_person`: a person
    compared; `clip_at`: when the same clip was noticed last, of an incident that
    is about nothing else; `is_open`: the incident and its sitting."""

    pictures: str | None
    took_back: bool
    by_person: bool
    clip_at: datetime | None
    is_open: bool


GONE = "Pictures were kept. Their time was over, and they were deleted."
TOOK_BACK = (
    "Pictures were kept. The student has taken that consent back since, and they were "
    "deleted."
)
UNAGREED = (
    "No picture was kept: the student had not agreed to it, or not to the words that "
    "stand now."
)
BY_PERSON = (
    "No picture is here: a person compared it with the profile photo, and then it is "
    "deleted."
)
AWAITED = "No picture yet: those of the next look will be here, if the student agrees."
NO_LOOK = (
    "No picture was taken: none came before the sitting ended, this was decided, or a "
    "quarter of an hour was over."
)
NONE_CAME = "No picture is here: none reached us, or it could not be kept."
UNKNOWN = "No picture is here. Why was not noted when this was raised."


def why_no_picture(it: Unpictured, now: datetime) -> str:
    if it.pictures == "kept":
        return TOOK_BACK if it.took_back else GONE
    if it.pictures == "unagreed":
        return UNAGREED
    if it.by_person:
        return BY_PERSON
    if it.pictures is None:
        return UNKNOWN
    if it.clip_at is None:
        return NONE_CAME
    return AWAITED if it.is_open and now - it.clip_at <= COLLECT else NO_LOOK


def clip_alone(parts: list[tuple[str, datetime]]) -> datetime | None:
    """When the same clip was noticed last, if nothing else belongs to the incident."""
    if any(kind != Kind.SAME_CLIP for kind, _ in parts):
        return None
    return max((at for _, at in parts), default=None)
