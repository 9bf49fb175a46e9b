"""Pictures: reading them safely, cropping faces out, how bright and sharp they are."""

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""Height x width x 3, BGR, 0-255."""
Box = npt.NDArray[np.float32]
"""x1, y1, x2, y2 in pixels."""

PIXELS_MAX = 24_000_000
"""Bigger is refused before it is decoded: a small file may hold a huge picture."""
SIDE_MAX = 1280
QUALITY = 88
SHARPNESS_SIDE = 112


class PictureUnreadable(ValueError):
    """Not a JPEG picture we can read, or too large a one."""


def read_picture(jpeg: bytes) -> Picture:
    """Decodes, and shrinks to at most 1280 pixels a side. Raises PictureUnreadable."""
    width, height = jpeg_size(jpeg)
    if width * height > PIXELS_MAX:
        raise PictureUnreadable
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise PictureUnreadable
    scale = SIDE_MAX / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(
            picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
        )
    return picture.astype(np.uint8, copy=False)


def as_jpeg(picture: Picture) -> bytes:
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return jpeg.tobytes()


def jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """Width and height from the frame header (ITU-T T.81 B.2.2), without decoding."""
    at = 2
    if not jpeg.startswith(b"\xff\xd8"):
        raise PictureUnreadable
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(jpeg[at + 5 : at + 7])
            return int.from_bytes(jpeg[at + 7 : at + 9]), height
        at += 2 + length
    raise PictureUnreadable


def crop(picture: Picture, box: Box, scale: float, side: int) -> Picture:
    """The box grown `scale` times about its centre, moved inside, resized to a square.

    Grown no further than the picture reaches, as the liveness model was trained.
    """
    height, width = picture.shape[:2]
    box_w, box_h = max(1.0, box[2] - box[0]), max(1.0, box[3] - box[1])
    scale = min((height - 1) / box_h, (width - 1) / box_w, scale)
    half_w, half_h = box_w * scale / 2, box_h * scale / 2
    x = np.clip((box[0] + box[2]) / 2, half_w, width - 1 - half_w)
    y = np.clip((box[1] + box[3]) / 2, half_h, height - 1 - half_h)
    left, top = max(0, int(x - half_w)), max(0, int(y - half_h))
    piece = picture[top : int(y + half_h) + 1, left : int(x + half_w) + 1]
    resized: Picture = cv2.resize(piece, (side, side)).astype(np.uint8, copy=False)
    return resized


def luminance(picture: Picture) -> float:
    """Mean brightness, 0 to 1."""
    return float(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).mean()) / 255


def sharpness(picture: Picture) -> float:
    """Variance of the Laplacian at 112 pixels a side (Pech-Pacheco et al., 2000).

    Divided by the variance of the picture itself and times 1000, so that dim light
    does not pass for blur.
    """
    side = (SHARPNESS_SIDE, SHARPNESS_SIDE)
    small = cv2.resize(picture, side, interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return float(cv2.Laplacian(gray, cv2.CV_32F).var() / (gray.var() + 1) * 1000)


def pad_to_four_thirds(picture: Picture) -> Picture:
    """Black below or to the right, so that no face is stretched."""
    height, width = picture.shape[:2]
    right = max(0, round(height * 4 / 3) - width)
    below = max(0, round(width * 3 / 4) - height)
    padded: Picture = cv2.copyMakeBorder(
        picture, 0, below, 0, right, cv2.BORDER_CONSTANT
    ).astype(np.uint8, copy=False)
    return padded
