"""What every worker needs, opened once and closed in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis

from app.accounts.service.consents import Consents
from app.accounts.service.enrolments import Enrolments
from app.accounts.service.gatehouse import Gatehouse, open_gatehouse
from app.accounts.service.logins import Logins
from app.accounts.service.photos import Photos
from app.adapters.bell import RedisBell
from app.adapters.connections import Connections, open_connections
from app.adapters.envelopes import Envelopes
from app.adapters.media_nodes import MediaNodes
from app.adapters.objects import Objects
from app.adapters.payments.choosing import choose
from app.adapters.signing import Signer
from app.adapters.throttle import Throttle
from app.adapters.view_leases import ViewLeases
from app.booking.service.desk import BookingDesk
from app.booking.service.door import Door
from app.booking.service.paying import Paying
from app.booking.service.refunds import Refunds
from app.booking.service.reminders import Reminders
from app.booking.service.seats import Seats
from app.exams.service.exams import Exams
from app.exams.service.graders import Graders, open_graders
from app.operations.privacy.evidence import sweeps_of
from app.operations.privacy.retention import Retention
from app.portals.service import Portals
from app.proctoring.ledger.mailing import Mailing
from app.proctoring.ledger.service import Ledger
from app.proctoring.service.chance import Seeds
from app.proctoring.service.desk import Desk
from app.proctoring.service.evidence import Evidence
from app.proctoring.service.exam_clock import ExamClock
from app.proctoring.service.exam_sittings import ExamSittings
from app.proctoring.service.fitness import fitness
from app.proctoring.service.guiding import Guiding
from app.proctoring.service.looks import Looks
from app.proctoring.service.pictures import Pictures
from app.proctoring.service.sittings import Sittings
from app.proctoring.service.undecided import doubtful, undecided_of
from app.proctoring.service.viewing import Viewing
from app.settings import Settings
from workers.hands import Hands

POOL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    desk: BookingDesk
    seats: Seats
    paying: Paying
    refunds: Refunds
    door: Door
    reminders: Reminders


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The services and connections of one worker process."""

    settings: Settings
    redis: Redis
    patient_redis: Redis
    desk: Desk
    looks: Looks
    sittings: Sittings
    exam_sittings: ExamSittings
    portals: Portals
    gatehouse: Gatehouse
    envelopes: Envelopes
    objects: Objects
    logins: Logins
    photos: Photos
    consents: Consents
    pictures: Pictures
    evidence: Evidence
    mailing: Mailing
    retention: Retention
    viewing: Viewing
    booking: Booking
    graders: Graders
    hands: Hands = field(default_factory=Hands)


def _retention(
    settings: Settings, opened: Connections, objects: Objects, signer: Signer
) -> Retention:
    policy = settings.retention
    sweeps = sweeps_of(opened.db, objects, policy)
    return Retention(opened.db, opened.clock, signer, policy, sweeps)


def _viewing(opened: Connections, desk: Desk, gatehouse: Gatehouse) -> Viewing:
    nodes, leases = MediaNodes(opened.redis), ViewLeases(opened.redis)
    return Viewing(desk, gatehouse.trail, nodes, leases)


def _desk(settings: Settings, gatehouse: Gatehouse, exams: Exams) -> Desk:
    return Desk(
        db=gatehouse.db,
        clock=gatehouse.clock,
        bell=exams.bell,
        policy=settings.policy,
        seeds=Seeds(gatehouse.sealer),
        exams=ExamClock(exams),
    )


def _graders(
    settings: Settings, gatehouse: Gatehouse, signer: Signer, exams: Exams
) -> Graders:
    """Whatever ends is graded."""
    graders = open_graders(gatehouse, signer, settings.exams, undecided_of, doubtful)
    exams.on_ended.append(graders.grading.on_ended)
    return graders


def _booking(
    settings: Settings, opened: Connections, gatehouse: Gatehouse, portals: Portals
) -> Booking:
    photos = Photos(opened.db, opened.clock, gatehouse.envelopes)
    bell = RedisBell(opened.redis, opened.patient_redis)
    seats = BookingDesk(
        house=gatehouse,
        bell=bell,
        policy=settings.booking,
        fitness=fitness,
        portals=portals,
    )
    provider = choose(settings, opened.db, opened.clock)
    return Booking(
        desk=seats,
        seats=Seats(seats),
        paying=Paying(seats, provider),
        refunds=Refunds(seats, provider),
        door=Door(seats, photos, Throttle(opened.redis, gatehouse.sealer)),
        reminders=Reminders(seats),
    )


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Raises OSError or a database error when PostgreSQL is out of reach."""
    urls = settings.database_url, settings.redis_url
    async with open_connections(*urls, size=POOL) as opened:
        gatehouse = open_gatehouse(opened.db, opened.clock, settings)
        bell = RedisBell(opened.redis, opened.patient_redis)
        exams = Exams(gatehouse, bell, settings.exams)
        desk = _desk(settings, gatehouse, exams)
        signer = Signer(settings.secret.get_secret_value())
        envelopes = gatehouse.envelopes
        envelopes.keys.ring()  # no start with a bad file of keys
        objects = Objects(settings.evidence)
        photos = Photos(opened.db, opened.clock, envelopes)
        consents = Consents(gatehouse, signer)
        portals = Portals(opened.db, opened.clock, gatehouse.trail, desk.bell)
        yield House(
            settings=settings,
            redis=opened.redis,
            patient_redis=opened.patient_redis,
            desk=desk,
            looks=Looks(desk, Guiding(Enrolments(gatehouse), desk.policy)),
            sittings=Sittings(desk),
            exam_sittings=ExamSittings(desk, exams),
            portals=portals,
            gatehouse=gatehouse,
            envelopes=envelopes,
            objects=objects,
            logins=Logins(gatehouse),
            photos=photos,
            consents=consents,
            pictures=Pictures(desk, envelopes, gatehouse.trail),
            evidence=Evidence(desk, envelopes, objects, consents, gatehouse.trail),
            mailing=Mailing(gatehouse, Ledger(gatehouse, desk.policy), signer),
            retention=_retention(settings, opened, objects, signer),
            viewing=_viewing(opened, desk, gatehouse),
            booking=_booking(settings, opened, gatehouse, portals),
            graders=_graders(settings, gatehouse, signer, exams),
        )
