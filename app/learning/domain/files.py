"""Which files a module may have, told by their first bytes and not by their names."""

from dataclasses import dataclass

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
HEAD = 4096
KIB, MIB, GIB = 1024, 1024**2, 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    media_type: str
    most: int
    picture: bool = False
    video: bool = False


KINDS = {
    "png": Kind(media_type="image/png", most=5 * MIB, picture=True),
    "jpg": Kind(media_type="image/jpeg", most=5 * MIB, picture=True),
    "jpeg": Kind(media_type="image/jpeg", most=5 * MIB, picture=True),
    "webp": Kind(media_type="image/webp", most=5 * MIB, picture=True),
    "pdf": Kind(media_type="application/pdf", most=25 * MIB),
    "webm": Kind(media_type="video/webm", most=2 * GIB, video=True),
    "mp4": Kind(media_type="video/mp4", most=2 * GIB, video=True),
    "vtt": Kind(media_type="text/vtt", most=MIB),
}
"""No SVG and no HTML: they carry scripts."""


def media_type_of(head: bytes) -> str | None:
    """Of a file's first bytes; None for what we do not take."""
    starts = {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
        b"%PDF-": "application/pdf",
        b"\x1a\x45\xdf\xa3": "video/webm",
        b"WEBVTT": "text/vtt",
        b"\xef\xbb\xbfWEBVTT": "text/vtt",
    }
    for start, media_type in starts.items():
        if head.startswith(start):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "video/mp4" if head[4:8] == b"ftyp" else None


def kind_of(name: str) -> Kind | None:
    """By the ending of its name."""
    _, _, ending = name.rpartition(".")
    return KINDS.get(ending.lower())
