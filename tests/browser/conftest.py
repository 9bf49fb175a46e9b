"""Clips for the camera."""

import pytest

from workers.demo_faces import demo_pictures
from workers.loadtest.clips import Scene, make_clip


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Writes a clip of scenes (name, seconds, brightness) and gives its path."""
    folder = tmp_path_factory.mktemp("clips")
    pictures = demo_pictures()

    def write(*scenes: tuple[str, float, float]):
        name = "-".join(f"{who}{seconds}{light}" for who, seconds, light in scenes)
        path = folder / f"{name}.mjpeg"
        if not path.exists():
            shown = [
                Scene(picture=pictures[who], seconds=seconds, brightness=light)
                for who, seconds, light in scenes
            ]
            make_clip(path, shown)
        return path

    return write
