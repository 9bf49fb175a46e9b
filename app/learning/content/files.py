"""Reads the files of a module: bounded, of a kind we take, and what they say."""

import hashlib
import re
import warnings
from pathlib import Path

from PIL import Image

from app.learning.content.problems import Problems
from app.learning.domain.catalogue import ContentFile
from app.learning.domain.files import (
    HEAD,
    MIB,
    NAME_PATTERN,
    Kind,
    kind_of,
    media_type_of,
)

PIXELS_MOST = 40_000_000
ACTIVE_PDF = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|SubmitForm)\b"
)
_NAME = re.compile(NAME_PATTERN)


def read_file(path: Path, problems: Problems) -> ContentFile | None:
    """None when we do not take it; `problems` says why."""
    kind = kind_of(path.name)
    if kind is None or _NAME.fullmatch(path.name) is None:
        problems.add(
            path, "we take .png .jpg .webp .pdf .webm .mp4 .vtt, plainly named"
        )
        return None
    size = path.stat().st_size
    if not 0 < size <= kind.most:
        most = kind.most // MIB
        problems.add(path, f"has {size} bytes; this kind has 1 byte to {most} MB")
        return None
    with path.open("rb") as file:
        if media_type_of(file.read(HEAD)) != kind.media_type:
            problems.add(path, f"is no {kind.media_type}, whatever its name says")
            return None
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").digest()
    trouble = _trouble(path, kind)
    if trouble:
        problems.add(path, trouble)
        return None
    return ContentFile(
        name=path.name, media_type=kind.media_type, size=size, sha256=digest
    )


def _trouble(path: Path, kind: Kind) -> str | None:
    if kind.picture:
        return picture_trouble(path)
    if kind.media_type == "application/pdf":
        found = ACTIVE_PDF.search(path.read_bytes())
        if found:
            return f"this PDF does more than show pages ({found[1].decode()})"
    return None


def picture_trouble(path: Path) -> str | None:
    """Reads the header only: a small file may claim a huge picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                width, height = picture.size
    except Image.DecompressionBombError:
        return "claims more pixels than a picture of a course needs"
    except Exception:  # (Pillow raises whatever its readers raise)
        return "this picture cannot be read"
    if width * height > PIXELS_MOST:
        return f"has {width} x {height} pixels; that is too many"
    return None
