"""The models of the default pack, each with the pre-processing it was trained with.

Shapes and scales follow the package's own lib/fr_*.js.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from insightface.model_zoo.arcface_onnx import ArcFaceONNX
from insightface.utils import face_align

from media.faces.mosaic import DOUBT, SEVERAL, mosaic, plain_faces
from media.faces.packs import PACK, check, model_path
from media.faces.pictures import Box, Picture, crop, pad_to_four_thirds
from media.faces.sessions import quickest_session, session

Vector = npt.NDArray[np.float32]

SCORE_MIN = 0.65
OVERLAP_MAX = 0.4
DETECT_SIZE = (320, 240)
_IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_IMAGENET_STD = np.array([0.229, 0.224, 0.225], np.float32)
_ABOVE = np.array([0.06, 0.3], np.float32)
"""The detector's box reaches so far beyond the landmarks, of their extent: mean of 180
pictures of six people; to the right and below it ends with them."""


class Models:
    """Five ONNX models on the CPU. Raises PackError for a file that is not ours."""

    pack = PACK

    def __init__(self, folder: Path, threads: int) -> None:
        check(folder)
        self._detect = session(model_path(folder, "detect"), threads)
        self._landmark = session(model_path(folder, "landmark"), threads)
        self._liveness = session(model_path(folder, "liveness"), threads)
        self._pose = session(model_path(folder, "pose"), threads)
        feature = model_path(folder, "feature")
        self._feature = ArcFaceONNX(str(feature), quickest_session(feature, threads))

    def detect(
        self, picture: Picture, least: float = SCORE_MIN
    ) -> list[tuple[Box, float]]:
        """Boxes in pixels with their scores from `least` on, best first."""
        height, width = picture.shape[:2]
        padded = pad_to_four_thirds(picture)
        small = cv2.resize(padded, DETECT_SIZE, interpolation=cv2.INTER_AREA)
        scores, boxes = self._detect.run(
            None, {"input": _scaled_rgb(small.astype(np.uint8, copy=False))}
        )
        # The weak ones go first: suppression among thousands costs more than finding.
        sure = scores[0, :, 1] >= least
        found = boxes[0][sure] * np.array(padded.shape[1::-1] * 2, np.float32)
        found = np.clip(found, 0, np.array([width, height] * 2, np.float32))
        return _strongest(found, scores[0, sure, 1], least)

    def plain_faces(self, pictures: Sequence[Picture]) -> list[Box | None]:
        """The one face of each small picture, where it is plain; None: look closer."""
        faces: list[Box | None] = []
        for start in range(0, len(pictures), SEVERAL):
            few = pictures[start : start + SEVERAL]
            found = self.detect(mosaic(few), DOUBT) if len(few) > 1 else []
            faces += plain_faces(few, found, SCORE_MIN)
        return faces

    def five_points(self, picture: Picture, box: Box) -> npt.NDArray[np.float32]:
        """5 x 2: eye centres, nose tip, mouth corners."""
        return _five(self._landmarks(picture, box))

    def settled_points(self, picture: Picture, box: Box) -> npt.NDArray[np.float32]:
        """The same, found again in a box made of the landmarks: they hardly depend on
        how the detector drew its own."""
        landmarks = self._landmarks(picture, box)
        return _five(self._landmarks(picture, _box_of(landmarks)))

    def _landmarks(self, picture: Picture, box: Box) -> npt.NDArray[np.float32]:
        """68 x 2, in the order of iBUG."""
        gray = cv2.cvtColor(crop(picture, box, 1.0, 64), cv2.COLOR_BGR2GRAY)
        tensor = gray.astype(np.float32)[None, None] / 256
        (flat,) = self._landmark.run(None, {"input": tensor})
        points = flat.reshape(68, 2) * (box[2:] - box[:2]) + box[:2]
        landmarks: npt.NDArray[np.float32] = points.astype(np.float32)
        return landmarks

    def embed(self, picture: Picture, points: npt.NDArray[np.float32]) -> Vector:
        """512 numbers of unit length."""
        return self.embed_aligned(face_align.norm_crop(picture, points, 112))

    def embed_aligned(self, aligned: Picture) -> Vector:
        """Of a face that `norm_crop` aligned, 112 x 112."""
        # `get_feat` swaps red and blue; this model separates better fed with BGR.
        rgb = cv2.cvtColor(aligned, cv2.COLOR_BGR2RGB)
        vector = self._feature.get_feat(rgb)[0]
        unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        return unit

    def liveness(self, picture: Picture, box: Box) -> float:
        """0 to 1; 1 is a live face."""
        tensor = _planes(crop(picture, box, 2.7, 128).astype(np.float32))
        (logits,) = self._liveness.run(None, {"input": tensor})
        return float(_softmax(logits[0])[0])

    def pose(self, picture: Picture, box: Box) -> tuple[float, float]:
        """Yaw and pitch in degrees (Hopenet: 66 bins of 3).

        Yaw above 0: turned to the person's own left; pitch above 0: up.
        """
        rgb = cv2.cvtColor(crop(picture, box, 1.5, 224), cv2.COLOR_BGR2RGB)
        tensor = (rgb.astype(np.float32) / 255 - _IMAGENET_MEAN) / _IMAGENET_STD
        yaw, pitch, _ = self._pose.run(None, {"input": _planes(tensor)})
        return -_degrees(yaw[0]), _degrees(pitch[0])


def _five(landmarks: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """iBUG 68: 36-47, 30, 48, 54."""
    eyes = [landmarks[36:42].mean(axis=0), landmarks[42:48].mean(axis=0)]
    five = np.stack([*eyes, landmarks[30], landmarks[48], landmarks[54]])
    return five.astype(np.float32)


def _box_of(landmarks: npt.NDArray[np.float32]) -> Box:
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    size = high - low
    box = np.concatenate([low - _ABOVE * size, high])
    return box.astype(np.float32)


def _scaled_rgb(picture: Picture) -> npt.NDArray[np.float32]:
    """(RGB - 127) / 128 as planes, without copies of the whole picture in between."""
    height, width = picture.shape[:2]
    planes = np.empty((1, 3, height, width), np.float32)
    for plane, channel in zip(planes[0, ::-1], cv2.split(picture), strict=True):
        cv2.addWeighted(
            channel, 1 / 128, channel, 0, -127 / 128, dst=plane, dtype=cv2.CV_32F
        )
    return planes


def _strongest(
    boxes: npt.NDArray[np.float32], scores: npt.NDArray[np.float32], least: float
) -> list[tuple[Box, float]]:
    corners = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), least, OVERLAP_MAX)
    return [(boxes[i], float(scores[i])) for i in np.array(kept, int).flatten()]


def _planes(picture: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    shares: npt.NDArray[np.float32] = powers / powers.sum()
    return shares


def _degrees(logits: npt.NDArray[np.float32]) -> float:
    return float((_softmax(logits) * np.arange(66)).sum() * 3 - 99)
