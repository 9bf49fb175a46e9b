"""The app process: wires the slices together and serves them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial

from aiohttp import web

from app.accounts import views as account_views
from app.accounts.service.gatehouse import Gatehouse, open_gatehouse
from app.accounts.service.photos import Photos
from app.accounts.views import consents, guard, staff_kit
from app.accounts.views.wiring import wire
from app.adapters.bell import Bell, RedisBell
from app.adapters.connections import Connections, open_connections
from app.adapters.files import Files
from app.adapters.http import BODY_MAX, MIDDLEWARES, SITE, Site
from app.adapters.live import Hub
from app.adapters.logs import set_up_logging
from app.adapters.media_nodes import MediaNodes
from app.adapters.metrics import figures_at, measured
from app.adapters.objects import Objects
from app.adapters.serving import run
from app.adapters.signing import Signer
from app.adapters.static import add_static
from app.adapters.tasks import alongside, restarted
from app.adapters.throttle import Throttle
from app.booking.service.desk import BookingDesk
from app.booking.service.live import Live
from app.booking.views import whole as booking
from app.exams.views import bank_wiring
from app.exams.views import results_wiring as results
from app.learning import views as learning_views
from app.learning.service.catalogue import Learning
from app.learning.service.students import Students
from app.learning.views import kit as learning_kit
from app.operations import help_page, openapi, outbox_page
from app.operations import views as operations_views
from app.operations.notices import views as notice_views
from app.operations.notices.live import News
from app.operations.notices.service import Notices
from app.operations.status import views as status_views
from app.operations.status.service import Status
from app.portals import views as portal_views
from app.portals.service import Portals
from app.proctoring.ledger import wiring as ledger
from app.proctoring.service.checks import Checks
from app.proctoring.service.clips import Clips
from app.proctoring.service.desk import Desk
from app.proctoring.service.fitness import fitness
from app.proctoring.service.guiding import Guiding
from app.proctoring.service.pictures import Pictures
from app.proctoring.service.presence import Presence
from app.proctoring.service.proctors import Proctors
from app.proctoring.service.sittings import Sittings
from app.proctoring.service.states import States
from app.proctoring.service.undecided import undecided_of
from app.proctoring.service.wall import Wall
from app.proctoring.views import (
    api,
    checks,
    draws,
    exams,
    gates,
    incidents,
    live,
    opening,
    pictures,
    viewing,
    wall,
)
from app.settings import Settings, read_settings, recognition

POOL = 10
SLICES = (
    account_views,
    learning_views,
    bank_wiring,
    api,
    wall,
    viewing,
    checks,
    pictures,
    incidents,
    draws,
    ledger,
    exams,
    live,
    operations_views,
    notice_views,
    portal_views,
    results,
    help_page,
    status_views,
    openapi,
)


def serve() -> None:
    """Runs until SIGINT or SIGTERM."""
    set_up_logging()
    settings = read_settings()
    run(build(settings), settings.app_host, settings.app_port)


def build(settings: Settings) -> web.Application:
    """The application; connections are opened when it starts."""
    secret = settings.secret.get_secret_value()
    site = Site(
        url=settings.app_url,
        media_urls=settings.media_origins,
        secret=secret,
        proxies=settings.proxies,
    )
    app = web.Application(
        middlewares=[
            measured,
            *MIDDLEWARES,
            guard.identify,
            notice_views.tell,
            portal_views.tell,
        ],
        client_max_size=BODY_MAX,
    )
    site.support, site.turn = settings.support, settings.turn
    app[SITE] = site
    site.roomy.update(account_views.ROOMY | checks.ROOMY | bank_wiring.ROOMY)
    app[live.SOCKETS] = set()
    for views in SLICES:
        app.add_routes(views.routes())
    app.add_routes(booking.routes(development=settings.development))
    if settings.development:
        app.add_routes(outbox_page.routes())
    add_static(app)

    async def open_and_close(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _wire(app, settings, stack)
            ready = partial(operations_views.is_well, app)
            await stack.enter_async_context(figures_at(settings.metrics, ready))
            yield

    app.cleanup_ctx.append(open_and_close)
    app.on_shutdown.append(_close_sockets)
    return app


async def _wire(
    app: web.Application, settings: Settings, stack: AsyncExitStack
) -> None:
    opened = await stack.enter_async_context(
        open_connections(settings.database_url, settings.redis_url, size=POOL)
    )
    db, clock, redis = opened.db, opened.clock, opened.redis
    gatehouse = open_gatehouse(db, clock, settings)
    gatehouse.envelopes.keys.ring()  # no start with a bad file of keys
    signer = Signer(settings.secret.get_secret_value())
    throttle = Throttle(redis, gatehouse.sealer)
    wire(app, gatehouse, throttle, signer, settings.places)
    _wire_learning(app, opened, settings)
    bank_wiring.wire_bank(app, gatehouse, app[learning_kit.FILES])
    nodes = app[opening.NODES] = MediaNodes(redis)
    policy, outbox = settings.policy, gatehouse.outbox
    app[status_views.STATUS] = Status(db, clock, outbox, nodes, policy)
    app[help_page.NEEDS], app[outbox_page.OUTBOX] = policy, outbox
    app[checks.THROTTLE], app[operations_views.DATABASE] = throttle, db
    bell = RedisBell(redis, opened.patient_redis)
    app[notice_views.NOTICES] = Notices(db, clock, gatehouse.trail, bell)
    app[portal_views.PORTALS] = Portals(db, clock, gatehouse.trail, bell)
    desk = exams.wire_desk(app, gatehouse, bell, policy, settings.exams)
    app[pictures.PICTURES] = Pictures(desk, gatehouse.envelopes, gatehouse.trail)
    app[pictures.PHOTOS] = Photos(db, clock, gatehouse.envelopes)
    ledger.wire(app, gatehouse, desk, signer)
    graders = results.wire_results(
        app, gatehouse, throttle, signer, settings.exams, undecided_of
    )
    app[exams.EXAMS].on_ended.append(graders.grading.on_ended)
    draws.wire(app, gatehouse, desk)
    app[incidents.RECOGNITION] = recognition(settings)
    incidents.wire(app, gatehouse, desk, Objects(settings.evidence), Clips(redis))
    viewing.wire(app, desk, gatehouse.trail, redis)
    seats = await booking.wire(app, settings, _lent(app, gatehouse, bell), stack)
    await _wire_proctoring(app, desk, seats, stack)


def _lent(app: web.Application, house: Gatehouse, bell: Bell) -> booking.Parts:
    return booking.Parts(
        house=house,
        bell=bell,
        portals=app[portal_views.PORTALS],
        fitness=fitness,
        photos=app[pictures.PHOTOS],
        throttle=app[checks.THROTTLE],
    )


def _wire_learning(
    app: web.Application, opened: Connections, settings: Settings
) -> None:
    learning = app[learning_kit.LEARNING] = Learning(opened.db)
    app[learning_kit.STUDENTS] = Students(opened.db, opened.clock, learning)
    app[learning_kit.FILES] = Files(settings.content)


async def _wire_proctoring(
    app: web.Application, desk: Desk, seats: BookingDesk, stack: AsyncExitStack
) -> None:
    states, booked = States(desk), Live(seats)
    app[wall.PROCTORS] = Proctors(desk, seats.house.trail)
    needed = [gates.recognisable(app)]
    guiding = Guiding(app[staff_kit.ENROLMENTS], desk.policy)
    by_person = app[consents.CONSENTS].is_by_person
    app[checks.CHECKS] = Checks(desk, needed, by_person, guiding)
    opens = gates.open_for_learning(app)
    app[api.SITTINGS] = Sittings(desk, [opens, *needed], app[checks.CHECKS])
    exams.wire(app, desk)
    app[consents.ON_WITHDRAWN] = app[api.SITTINGS].withdraw
    forgets = [app[pictures.PICTURES].forget_withdrawn, *app[incidents.FORGETS]]
    app[consents.ON_FORGET] = forgets
    hub = Hub(
        desk.bell,
        {
            "student": states.students,
            "slots": booked.slots,
            "seats": booked.seats,
            "exam": app[exams.EXAM_STATES].states,
            "wall": Wall(desk, app[opening.NODES]).states,
            "news": News(app[notice_views.NOTICES], app[portal_views.PORTALS]).states,
        },
    )
    presence = Presence(desk, app[opening.NODES])
    app[live.HUB], app[live.PRESENCE] = hub, presence
    await stack.enter_async_context(alongside(restarted("hub", hub.run)))
    await stack.enter_async_context(alongside(restarted("presence", presence.run)))
    moving = live.moving(app)
    await stack.enter_async_context(alongside(restarted("moving", moving.run)))
    await stack.enter_async_context(
        alongside(restarted("logins", lambda: live.watch_logins(app)))
    )


async def _close_sockets(app: web.Application) -> None:
    """Pages come back by themselves, to whichever process answers."""
    pages = app[live.SOCKETS]
    for page in list(pages):
        await page.cut()
