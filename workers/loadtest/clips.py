"""Clips that stand in for a webcam: a plain run of JPEGs, as Chromium's
`--use-file-for-fake-video-capture=FILE.mjpeg` and FFmpeg both play."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from media.faces.pictures import Picture

SIZE = (640, 480)
FPS = 30
"""What Chromium plays a run of JPEGs at."""
PERIOD_S = 4
"""Scenes repeat after this: a long clip costs no more to make than a short one."""
JPEG_QUALITY = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`seconds` of somebody's `picture` (BGR); `brightness` 1 is as photographed."""

    picture: Picture
    seconds: float
    brightness: float = 1.0


def make_clip(path: Path, scenes: list[Scene], *, seed: int = 1) -> Path:
    """Writes the scenes one after the other; the same input gives the same file."""
    chance = np.random.default_rng(seed)
    with path.open("wb") as file:
        for scene in scenes:
            period = [_jpeg(frame) for frame in _frames(scene, chance)]
            for number in range(round(scene.seconds * FPS)):
                file.write(period[number % len(period)])
    return path


def _frames(scene: Scene, chance: np.random.Generator) -> Iterator[Picture]:
    """The person sways a little and the sensor is noisy: no two frames are alike."""
    still = _framed(scene.picture)
    for number in range(min(round(scene.seconds * FPS), PERIOD_S * FPS)):
        angle = 2 * np.pi * number / (PERIOD_S * FPS)
        shift = np.array([[1, 0, 6 * np.sin(angle)], [0, 1, 3 * np.cos(angle)]])
        moved = cv2.warpAffine(still, shift, SIZE, borderMode=cv2.BORDER_REPLICATE)
        noise = chance.normal(0, 2, moved.shape)
        yield np.clip(moved * scene.brightness + noise, 0, 255).astype(np.uint8)


def _jpeg(frame: Picture) -> bytes:
    done, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert done
    return jpeg.tobytes()


def _framed(picture: Picture) -> Picture:
    """The middle of the picture, at a webcam's shape and size."""
    height, width = picture.shape[:2]
    scale = max(SIZE[0] / width, SIZE[1] / height)
    large = cv2.resize(picture, None, fx=scale, fy=scale)
    top = (large.shape[0] - SIZE[1]) // 2
    left = (large.shape[1] - SIZE[0]) // 2
    return large[top : top + SIZE[1], left : left + SIZE[0]].astype(np.uint8)
