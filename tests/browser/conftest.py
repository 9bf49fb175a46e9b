"""Every process running, and clips for the camera."""

import pytest

from tests.house import House
from workers.demo_faces import demo_pictures
from workers.loadtest.clips import Scene, make_clip


@pytest.fixture
async def house(tmp_path, database_url, redis_url):
    started = House(tmp_path, database_url, redis_url)
    started.start_all()
    yield started
    started.stop_all()


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
