"""What the privacy commands open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.accounts.service.consents import Consents
from app.accounts.service.gatehouse import Gatehouse
from app.adapters import redis as valkey
from app.adapters.bell import RedisBell
from app.adapters.objects import Objects
from app.adapters.signing import Signer
from app.cli.opening import gatehouse_here
from app.operations.privacy.erasing import Erasing
from app.operations.privacy.evidence import KEPT, sweeps_of
from app.operations.privacy.exporting import Exporting
from app.operations.privacy.retention import Retention
from app.proctoring.service.chance import Seeds
from app.proctoring.service.desk import Desk
from app.proctoring.service.sittings import Sittings
from app.settings import read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyHere:
    house: Gatehouse
    exporting: Exporting
    erasing: Erasing
    retention: Retention


@asynccontextmanager
async def open_privacy() -> AsyncIterator[PrivacyHere]:
    """Raises SystemExit when the database does not answer."""
    settings = read_settings()
    objects = Objects(settings.evidence)
    signer = Signer(settings.secret.get_secret_value())
    redis = valkey.connect(settings.redis_url)
    try:
        async with gatehouse_here() as house:
            desk = Desk(
                db=house.db,
                clock=house.clock,
                bell=RedisBell(redis, redis),
                policy=settings.policy,
                seeds=Seeds(house.sealer),
            )
            sweeps = sweeps_of(house.db, objects, settings.retention)
            yield PrivacyHere(
                house=house,
                exporting=Exporting(house=house, objects=objects, kept=KEPT),
                erasing=Erasing(
                    house=house,
                    consents=Consents(house, signer),
                    objects=objects,
                    redis=redis,
                    signer=signer,
                    kept=KEPT,
                    end=Sittings(desk).withdraw,
                ),
                retention=Retention(
                    house.db, house.clock, signer, settings.retention, sweeps
                ),
            )
    finally:
        await redis.aclose()
