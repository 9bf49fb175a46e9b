"""What the booking pages of students share."""

import secrets
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity
from app.adapters.bodies import Body, read_fields
from app.adapters.throttle import Rate
from app.booking.domain import finding, next_steps
from app.booking.domain.refusals import NoSuchSeat, NoSuchSlot
from app.booking.service.finding import Finding
from app.booking.views.payment_keys import THROTTLE
from app.booking.views.wiring import DESK
from app.kernel.ids import ModuleCode, SeatId, SlotId
from app.learning.domain.catalogue import Module
from app.learning.domain.electives import PickFirst, own_modules
from app.learning.service.catalogue import NoSuchModule
from app.learning.views.kit import LEARNING, STUDENTS

CHOOSING = Rate(name="choose-seat", burst=20, every_s=3)
"""Of one account: a person compares and changes their mind, and no program hoards."""
ACTING = Rate(name="act-on-seat", burst=30, every_s=2)
"""Of one account: paying, giving back, cancelling, leaving."""
KEY_MAX, WORD_MAX = 100, 100
TESTS_PATH = "/tests"


class KeyForm(Body):
    """A form that changes something: sent twice with one key, done once."""

    key: str = Field(max_length=KEY_MAX)


class ChooseForm(KeyForm):
    """A seat of a slot; the rest says which page it was chosen on."""

    module: str = Field(max_length=12)
    slot: UUID
    accessible: bool = False
    city: str = Field("", max_length=WORD_MAX)
    month: str = Field("", max_length=7)
    day: str = Field("", max_length=10)
    move: str = Field("", max_length=36)


def finding_of(request: web.Request) -> Finding:
    return Finding(request.app[DESK])


def words_of() -> dict[str, object]:
    """Functions and makers that templates call; macros take them as `words`."""
    words: dict[str, object] = {
        "new_key": new_key,
        "availability": finding.availability,
        "zone_in_words": finding.zone_in_words,
        "same_clock": finding.same_clock,
        "money_in_words": next_steps.money_in_words,
        "time_there": time_there,
        "day_there": day_there,
        "day_words": day_words,
        "minutes_in_words": minutes_in_words,
    }
    return {**words, "words": words}


def new_key() -> str:
    return secrets.token_urlsafe(16)


def minutes_in_words(minutes: float) -> str:
    """'30 minutes', '2 hours'."""
    whole = round(minutes)
    if whole % 60 or not whole:
        return f"{whole} minutes"
    return f"{whole // 60} hours" if whole > 60 else "an hour"


def time_there(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day_there(at: datetime, zone: str) -> str:
    return day_words(at.astimezone(ZoneInfo(zone)).date())


def day_words(day: date) -> str:
    """'Thursday, 4 December 2026'."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


async def choosing(request: web.Request, who: Identity) -> None:
    """Raises Throttled."""
    await request.app[THROTTLE].take(CHOOSING, str(who.account))


async def acting(request: web.Request, who: Identity) -> None:
    """Raises Throttled."""
    await request.app[THROTTLE].take(ACTING, str(who.account))


async def own_of(request: web.Request, who: Identity) -> list[Module]:
    """The modules whose tests are this student's."""
    standing = await request.app[STUDENTS].standing(who.account)
    return own_modules(standing.sets, standing.picked)


async def own_module(request: web.Request, who: Identity, code: str) -> Module:
    """Raises NoSuchModule or PickFirst."""
    for it in await own_of(request, who):
        if it.code == code:
            return it
    if not code.isprintable():
        raise NoSuchModule
    module = await request.app[LEARNING].module(ModuleCode(code))
    raise PickFirst(set=module.set_code, module=module.code)


def seat_in(request: web.Request) -> SeatId:
    """Of the path. Raises NoSuchSeat."""
    try:
        return SeatId(UUID(request.match_info["seat"]))
    except ValueError as error:
        raise NoSuchSeat from error


def slot_in(request: web.Request) -> SlotId:
    """Of the path. Raises NoSuchSlot."""
    try:
        return SlotId(UUID(request.match_info["slot"]))
    except ValueError as error:
        raise NoSuchSlot from error


def as_month(text: str) -> date | None:
    """'2026-12', or None for anything else."""
    return as_day(f"{text}-01") if len(text) == 7 else None


def as_day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


async def given_in(request: web.Request) -> dict[str, str]:
    """What the page was asked with: of a form that was refused, its fields."""
    if request.method != "POST":
        return dict(request.query)
    fields = await read_fields(request)
    return {name: it for name, it in fields.items() if isinstance(it, str)}
