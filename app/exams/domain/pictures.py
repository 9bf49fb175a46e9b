"""Pictures that questions show: what we take, by their content, and their names."""

import re
from pathlib import PurePosixPath

from app.exams.domain.parsed import CannotAsk, Gathering
from app.exams.domain.rendering import pictures_of
from app.learning.domain.files import MIB, media_type_of

PICTURE_MOST = 2 * MIB
ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}


def picture_kind(content: bytes) -> str:
    """Its media type. Raises CannotAsk."""
    if len(content) > PICTURE_MOST:
        raise CannotAsk(f"this has a picture of more than {PICTURE_MOST // MIB} MB")
    kind = media_type_of(content[:64]) or ""
    if kind not in ENDINGS:
        raise CannotAsk("this has a picture that is no PNG, JPEG, GIF or WebP")
    return kind


def keep_picture(gathering: Gathering, address: str, content: bytes) -> str:
    """The name under which it is kept: its own, numbered when another has it."""
    ending = ENDINGS[picture_kind(content)]
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", PurePosixPath(address).stem)
    stem = stem.lstrip("._-")[:80] or "picture"
    own = PurePosixPath(address).suffix.lower()
    ending = own if own == ".jpeg" and ending == ".jpg" else ending
    name, count = f"{stem}{ending}", 1
    while gathering.pictures.get(name, content) != content:
        count += 1
        name = f"{stem}-{count}{ending}"
    gathering.pictures[name] = content
    return name


def shown_in(question_texts: list[str]) -> list[str]:
    return pictures_of(*question_texts)
