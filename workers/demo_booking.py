"""Demo data of booking: a student whose hours are confirmed, centres, and slots."""

from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.accounts.domain.people import Identity, Role
from app.booking.domain.centres import CentreDraft
from app.booking.domain.planning import Pattern, Seating
from app.booking.domain.planning_refusals import NothingToMake
from app.booking.service.centres import Centres
from app.booking.service.planning import Planning
from app.kernel.ids import AccountId, CentreId, ModuleCode
from app.kernel.money import Money
from app.proctoring.ledger.corrections import Asked, Corrections
from app.proctoring.service.fitness import fitness
from workers.house import House

CONFIRMED = (ModuleCode("CEL"), ModuleCode("SCPM"))
DAYS = 60
MINUTE_US = 60_000_000
WHY = "Demonstration: these hours were not studied here."
CENTRES = [
    CentreDraft(
        code="KOCHI1",
        name="Institute of Commerce",
        city="Kochi",
        address="12 Marine Drive, 682031",
        time_zone="Asia/Kolkata",
        capacity=24,
        accessible=2,
        fee=None,
    ),
    CentreDraft(
        code="MUMBAI1",
        name="Fort Test Centre",
        city="Mumbai",
        address="7 Horniman Circle, 400001",
        time_zone="Asia/Kolkata",
        capacity=40,
        accessible=4,
        fee=None,
    ),
    CentreDraft(
        code="DUBAI1",
        name="Creek Test Centre",
        city="Dubai",
        address="Al Seef Street, Bur Dubai",
        time_zone="Asia/Dubai",
        capacity=16,
        accessible=1,
        fee=Money(minor=8_000, currency="AED"),
    ),
]
TIMES = {
    "KOCHI1": ((0, 2, 4), (10, 15), 24),
    "MUMBAI1": ((1, 3, 5), (9, 13), 40),
    "DUBAI1": ((0, 3), (11,), 16),
}
"""Of each centre: weekdays, hours, seats."""
SCARCE = "KOCHI1"
"""Here Tuesdays have one seat of each kind."""


async def add_booking(
    house: House, student: AccountId, admin: AccountId, helper: AccountId
) -> None:
    """Safe to repeat: adds what is missing."""
    await confirm_hours(house, student, admin, helper)
    desk = house.booking.desk
    centres, planning = Centres(desk), Planning(desk)
    there = {it.it.code: it.centre for it in await centres.all()}
    for draft in CENTRES:
        code = draft.code
        centre = there.get(code) or await centres.make(admin, draft)
        weekdays, hours, seats = TIMES[code]
        pattern = _pattern(house, draft, frozenset(weekdays), hours)
        seated = _with_seats(pattern, seats, draft.accessible)
        await _plan(planning, admin, centre, seated)
        if code == SCARCE:
            tuesdays = replace(pattern, weekdays=frozenset({1}))
            await _plan(planning, admin, centre, _with_seats(tuesdays, 2, 1))


def _pattern(
    house: House, draft: CentreDraft, weekdays: frozenset[int], hours: tuple[int, ...]
) -> Pattern:
    today = house.desk.clock.now().astimezone(ZoneInfo(draft.time_zone)).date()
    seating = Seating(
        minutes=120,
        capacity=1,
        accessible=0,
        opens_days=DAYS + 30,
        closes_hours=24,
        modules=None,
    )
    return Pattern(
        first=today + timedelta(days=2),
        last=today + timedelta(days=DAYS),
        weekdays=weekdays,
        times=tuple(time(hour) for hour in hours),
        seating=seating,
    )


def _with_seats(it: Pattern, capacity: int, accessible: int) -> Pattern:
    seating = replace(it.seating, capacity=capacity, accessible=accessible)
    return replace(it, seating=seating)


async def _plan(
    planning: Planning, admin: AccountId, centre: CentreId, pattern: Pattern
) -> None:
    try:
        await planning.make(admin, centre, pattern)
    except NothingToMake:
        return


async def confirm_hours(
    house: House, student: AccountId, admin: AccountId, helper: AccountId
) -> None:
    """As corrections that one asks for and another approves."""
    corrections = Corrections(house.gatehouse, house.desk.bell)
    for module in CONFIRMED:
        async with house.desk.db.connection() as tx:
            now = house.desk.clock.now()
            fit = (await fitness(tx, student, [module], now))[module]
        minutes = -(-(fit.required_us - fit.confirmed_us) // MINUTE_US)
        if minutes <= 0:
            continue
        asked = Asked(module=module, minutes=minutes, reason=WHY)
        asker = _identity(house, helper, Role.HELPDESK)
        correction = await corrections.ask(asker, student, asked)
        await corrections.approve(_identity(house, admin, Role.ADMIN), correction)


def _identity(house: House, account: AccountId, role: Role) -> Identity:
    return Identity(
        account=account,
        srn="",
        name="",
        role=role,
        login=uuid4(),
        proved_at=house.desk.clock.now(),
        language="en",
        time_zone="Asia/Kolkata",
    )
