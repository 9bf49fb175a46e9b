"""A house with several of each: media nodes, and apps, each on ports of its own."""

import asyncio
import time
from pathlib import Path

from app.accounts.domain.consents import Purpose
from app.accounts.domain.people import Role
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.people import NewPerson, People
from app.adapters.redis import connect
from app.adapters.signing import Signer
from tests.house import PASSWORD, PROCESSES, QUICK, House, answers, code_in, free_port
from workers.demo_faces import as_jpeg, demo_pictures
from workers.house import open_house

CALM = {
    **QUICK,
    "INTERVAL_MIN_S": "6",
    "INTERVAL_MAX_S": "9",
    "LAPSE_S": "12",
    "CHECKPOINT_EVERY_S": "3",
    "GLANCE_EVERY_S": "0",
    "CHALLENGE_PER_HOUR": "0",
    "SUSPECT_LIVENESS": "0",
}
"""Presence as it is by default, looks sooner. Whoever studies here is a clip, and two
are the same: no glances, and nobody is asked to turn the head."""


class ManyHouse(House):
    """Two media nodes (`media`, `media_b`) and two apps (`app`, `app_b`), which the
    browsers reach at addresses of their own."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        processes = {
            **PROCESSES,
            "media_b": PROCESSES["media"],
            "app_b": PROCESSES["app"],
        }
        super().__init__(
            folder, database_url, redis_url, policy=dict(CALM), processes=processes
        )
        self.ports = {
            "app": self.app_port,
            "app_b": free_port(),
            "media": self.media_port,
            "media_b": free_port(),
        }
        nodes = [self.url_of("media"), self.url_of("media_b")]
        self.environment["SPOM_MEDIA_URLS"] = ",".join(nodes)
        self.own: dict[str, dict[str, str]] = {}
        """What a process is told besides, by its name."""
        self.redis = connect(redis_url)

    def url_of(self, name: str) -> str:
        return f"http://localhost:{self.ports[name]}"

    def environment_of(self, name: str) -> dict[str, str]:
        own = {}
        if name.startswith("app"):
            own = {"SPOM_APP_PORT": str(self.ports[name])}
        if name.startswith("media"):
            own = {
                "SPOM_MEDIA_PORT": str(self.ports[name]),
                "SPOM_MEDIA_URL": self.url_of(name),
                "SPOM_MEDIA_NODE": name,
            }
        return {**self.environment, **own, **self.own.get(name, {})}

    def wait_until_well(self, patience_s: float = 60) -> None:
        deadline = time.monotonic() + patience_s
        for name in self.ports:
            while not answers(f"{self.url_of(name)}/healthz"):
                assert time.monotonic() < deadline, self.logs()
                time.sleep(0.1)

    async def reset(self) -> None:
        """As after `start_all`: nobody logged in, nothing studied, both nodes there."""
        self.start_missing()
        await self._forget()
        await self.redis.flushdb()
        async with asyncio.timeout(20):
            while await self.redis.scard("nodes") < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def streams(self) -> dict[str, str]:
        """Of each sitting whose video arrives, the node that said so last."""
        keys = [key async for key in self.redis.scan_iter("video:*")]
        values = await self.redis.mget(keys) if keys else []
        pairs = zip(keys, values, strict=True)
        return {
            key.decode().partition(":")[2]: value.decode().split(":", 2)[2]
            for key, value in pairs
            if value is not None
        }

    async def add_students(self, count: int) -> list[dict[str, object]]:
        """What scripted browsers of so many more students need, ready to study; their
        faces are the demo's, again and again."""
        faces = list(demo_pictures().items())
        found = []
        async with open_house(self.settings) as house:
            signer = Signer(self.environment["SPOM_SECRET"])
            consents, version = Consents(house.gatehouse, signer), current_notice()
            for number in range(count):
                face, picture = faces[number % len(faces)]
                who = _person(number)
                account = await People(house.gatehouse).add(who)
                await house.photos.set_photo(account, as_jpeg(picture))
                await consents.give(account, list(Purpose), version.version, "a test")
                found.append({"face": face, "visitor": self._visitor(who)})
        return found

    def _visitor(self, who: NewPerson) -> dict[str, object]:
        async def read_code(http):
            to = {"to": who.mobile}
            async with http.get(f"{self.url}/outbox.json", params=to) as answer:
                return code_in(await answer.json())

        return {
            "url": self.url,
            "srn": who.srn,
            "password": PASSWORD,
            "read_code": read_code,
        }


def _person(number: int) -> NewPerson:
    return NewPerson(
        srn=f"MANY{number:03}",
        name=f"Of Many {number}",
        role=Role.STUDENT,
        password=PASSWORD,
        email=f"many{number}@example.org",
        mobile=f"+9198761{number:05}",
    )
