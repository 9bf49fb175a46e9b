"""The small picture of a key frame, for a glance."""

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext

from media.faces.pictures import Picture
from media.seam.limits import Limits, key_frame_size

WIDTH = 320


class SmallPictures:
    """One decoder for everybody: a key frame needs nothing that came before.

    Used by one thread at a time.
    """

    def __init__(self) -> None:
        self._decoder: VideoCodecContext | None = None

    def read(self, frame: bytes, limits: Limits) -> Picture | None:
        """At most 320 pixels wide. None: no picture, or larger than allowed."""
        size = key_frame_size(frame)
        if size is None or not 0 < size[0] <= limits.width:
            return None
        if not 0 < size[1] <= limits.height:
            return None
        picture = self._decode(frame)
        return None if picture is None else _small(picture)

    def _decode(self, frame: bytes) -> Picture | None:
        if self._decoder is None:
            self._decoder = av.CodecContext.create("libvpx", "r")
            self._decoder.thread_count = 1
        try:
            pictures = self._decoder.decode(av.Packet(frame))
        except av.FFmpegError:
            self._decoder = None
            return None
        return bgr_of(pictures[-1]) if pictures else None


def bgr_of(picture: av.VideoFrame) -> Picture:
    """PyAV makes a converter for each frame, which takes longer than the converting."""
    if picture.format.name != "yuv420p" or picture.width % 2 or picture.height % 2:
        return np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
    converted = cv2.cvtColor(picture.to_ndarray(), cv2.COLOR_YUV2BGR_I420)
    return converted.astype(np.uint8, copy=False)


def _small(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    if width <= WIDTH:
        return picture
    size = WIDTH, round(height * WIDTH / width)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
