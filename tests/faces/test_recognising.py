"""What a matcher says of its pack when it starts: counts and figures, no more."""

import asyncio
from types import SimpleNamespace

import structlog
from redis.exceptions import ConnectionError as RedisGone

from app.adapters.clock import AnchoredClock
from app.adapters.tasks import alongside
from app.settings import Settings
from workers.face_matcher import run
from workers.hands import Hands


class Away:
    """Redis and the database, out of reach."""

    def __getattr__(self, name):
        async def call(*_, **__):
            raise RedisGone

        return call


async def test_a_matcher_tells_which_threshold_decides_and_what_is_known_of_it(pack):
    house = SimpleNamespace(
        settings=Settings.model_construct(pack=pack, own_threshold=None),
        evidence=SimpleNamespace(forget_old=lambda: None),
        redis=Away(),
        patient_redis=Away(),
        photos=Away(),
        desk=SimpleNamespace(clock=AnchoredClock()),
        hands=Hands(),
    )
    with structlog.testing.capture_logs() as logs:
        async with alongside(run(house)):
            for _ in range(200):
                if logs:
                    break
                await asyncio.sleep(0.05)
    said = logs[0]
    assert said["event"] == "recognising"
    assert (said["pack"], said["threshold"]) == ("faceplugin-0.0.1", 0.45)
    assert (said["people"], said["impostor_pairs"], said["fnmr"]) == (12, 172, 0.0)
    assert said["fmr_below"] > 1e-4
    assert logs[1]["event"] == "fmr_not_shown"
    assert logs[1]["log_level"] == "warning"
