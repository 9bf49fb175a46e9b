"""Faces for the demo students: pictures that installed packages ship."""

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from media.faces.pictures import Picture

# Left, top, right, bottom of one person each in insightface's t1.jpg (1280 x 886).
_T1 = {
    "ben": (0, 150, 300, 500),
    "chitra": (190, 70, 450, 360),
    "devan": (400, 180, 650, 500),
    "esha": (680, 250, 920, 560),
    "gita": (1060, 200, 1280, 470),
}


def demo_pictures() -> dict[str, Picture]:
    """A portrait of each demo student (BGR), by short name."""
    astronaut = _read("skimage", "data/astronaut.png")
    group = _read("insightface", "data/images/t1.jpg")
    pictures = {"asha": astronaut[0:330, 60:400]}
    for name, (left, top, right, bottom) in _T1.items():
        pictures[name] = group[top:bottom, left:right]
    return pictures


def as_jpeg(picture: Picture) -> bytes:
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    assert done
    return jpeg.tobytes()


def _read(package: str, path: str) -> Picture:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    picture = cv2.imread(str(Path(spec.origin).parent / path))
    assert picture is not None
    return picture.astype(np.uint8, copy=False)
