"""What a profile photo may be: a JPEG (ITU-T T.81) of a bounded size."""

from app.kernel.refusals import Refusal

PHOTO_MAX = 2 * 1024 * 1024
SIDE_MIN, SIDE_MAX = 80, 6000
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class PhotoUnusable(Refusal):
    """A profile photo is a JPEG picture of at most 2 MB. Choose another file."""


def require_photo(jpeg: bytes) -> None:
    """Raises PhotoUnusable. Reads the size from the header; nothing is decoded."""
    if len(jpeg) > PHOTO_MAX or len(jpeg) < 100:
        raise PhotoUnusable
    size = jpeg_size(jpeg)
    if size is None:
        raise PhotoUnusable
    if min(size) < SIDE_MIN or max(size) > SIDE_MAX:
        raise PhotoUnusable(
            f"This picture has {size[0]} x {size[1]} pixels; a profile photo has "
            f"{SIDE_MIN} to {SIDE_MAX} on each side."
        )


def jpeg_size(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None for what is no JPEG."""
    if jpeg[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            height = int.from_bytes(jpeg[at + 5 : at + 7], "big")
            width = int.from_bytes(jpeg[at + 7 : at + 9], "big")
            return width, height
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return None
