"""Coming in, step by step: what has been shown so far and what is still needed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.accounts.domain.people import STAFF, Person, State
from app.accounts.domain.policy import AccountPolicy
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict, TooMany, Unauthenticated

TRIES = 5
CODES = 5


class Purpose(StrEnum):
    LOG_IN = "log_in"
    PROVE = "prove"
    ACTIVATE = "activate"
    CONFIRM_EMAIL = "confirm_email"
    CONFIRM_MOBILE = "confirm_mobile"


class Way(StrEnum):
    """One thing that shows who it is."""

    PASSWORD = "password"
    CODE = "code"
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"


class Step(StrEnum):
    SECOND = "second"
    RENEW = "renew"
    CHOOSE = "choose"
    DONE = "done"


class AttemptOver(Unauthenticated):
    """This took too long, or ended meanwhile. Please begin again."""


class NoTriesLeft(Unauthenticated):
    """That was wrong too often. Please begin again, with a new code."""


class CodeTooSoon(TooMany):
    """A code is on its way. Please wait half a minute before you ask for another."""


class NoMoreCodes(TooMany):
    """We have sent all the codes we can this time. Please begin again later."""


class NotThisWay(Conflict):
    """This way is not open to you here. Choose another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`account` is None when nobody is known by what was typed; all else is the same.

    `contact`: the new e-mail or mobile that a code is to confirm; for an activation the
    channel of the contact on the roster, "sms" or "email".
    """

    purpose: Purpose
    account: AccountId | None
    named: str
    ways: tuple[Way, ...] = ()
    remember: bool = False
    begun_at: datetime
    tries: int = 0
    code_hash: bytes | None = None
    code_sent_at: datetime | None = None
    codes_sent: int = 0
    contact: str | None = None
    challenge: bytes | None = None
    go_on: str = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """This browser has been logged in to this account before."""

    proved_at: datetime | None


def require_open(attempt: Attempt, now: datetime, policy: AccountPolicy) -> None:
    """Raises AttemptOver or NoTriesLeft."""
    if now - attempt.begun_at >= timedelta(minutes=policy.attempt_life_min):
        raise AttemptOver
    if attempt.tries >= TRIES:
        raise NoTriesLeft


def with_code(
    attempt: Attempt, code_hash: bytes, now: datetime, policy: AccountPolicy
) -> Attempt:
    """A new code was made; the one before it is worthless."""
    if attempt.codes_sent >= CODES:
        raise NoMoreCodes
    sent_at, pause = attempt.code_sent_at, timedelta(seconds=policy.code_again_s)
    if sent_at is not None and now - sent_at < pause:
        raise CodeTooSoon
    return replace(
        attempt,
        code_hash=code_hash,
        code_sent_at=now,
        codes_sent=attempt.codes_sent + 1,
    )


def try_code(
    attempt: Attempt, *, is_right: bool, now: datetime, policy: AccountPolicy
) -> tuple[Attempt, bool]:
    """`is_right`: it is the code that was sent. It works once, and not for long."""
    sent_at, life = attempt.code_sent_at, timedelta(minutes=policy.code_life_min)
    fresh = sent_at is not None and now - sent_at < life
    if not (is_right and fresh and attempt.account and attempt.code_hash):
        return replace(attempt, tries=attempt.tries + 1), False
    return replace(shown(attempt, Way.CODE), code_hash=None), True


def shown(attempt: Attempt, way: Way) -> Attempt:
    ways = tuple(dict.fromkeys((*attempt.ways, way)))
    return replace(attempt, ways=ways, challenge=None)


def next_step(
    attempt: Attempt,
    person: Person,
    known: Known | None,
    now: datetime,
    policy: AccountPolicy,
) -> Step:
    """After at least one way was shown."""
    if attempt.purpose is Purpose.ACTIVATE:
        return Step.CHOOSE
    if attempt.purpose is not Purpose.LOG_IN:
        return Step.DONE
    if _is_one_short(attempt, person, known, now, policy):
        return Step.SECOND
    if Way.PASSWORD in attempt.ways and password_is_old(person, now, policy):
        return Step.RENEW
    return Step.DONE


def password_is_old(person: Person, now: datetime, policy: AccountPolicy) -> bool:
    if not policy.password_max_age_days or person.password_set_at is None:
        return False
    return now - person.password_set_at >= timedelta(days=policy.password_max_age_days)


def _is_one_short(
    attempt: Attempt,
    person: Person,
    known: Known | None,
    now: datetime,
    policy: AccountPolicy,
) -> bool:
    if Way.PASSKEY in attempt.ways or len(attempt.ways) > 1:
        return False
    if person.role in STAFF:
        return True
    if person.has_totp or person.passkeys:
        return not _is_trusted(known, now, policy)
    return known is None and policy.second_factor_on_new_device


def _is_trusted(known: Known | None, now: datetime, policy: AccountPolicy) -> bool:
    if known is None or known.proved_at is None:
        return False
    return now - known.proved_at < timedelta(days=policy.device_trusted_days)


def choices(attempt: Attempt, person: Person) -> list[Way]:
    """What the person may show next, the best first.

    A code by message is for those who have nothing stronger: who stole the telephone
    number of somebody with an authenticator app gains nothing.
    """
    stronger = person.has_totp or person.passkeys > 0
    open_to = {
        Way.PASSKEY: person.passkeys > 0,
        Way.TOTP: person.has_totp,
        Way.RECOVERY: stronger,
        Way.CODE: has_contact(person) and not stronger,
        Way.PASSWORD: person.password_hash is not None
        and (attempt.purpose is Purpose.PROVE or Way.CODE in attempt.ways),
    }
    if attempt.purpose is Purpose.PROVE:
        open_to[Way.CODE] = has_contact(person)
        open_to[Way.RECOVERY] = False
    return [way for way in open_to if open_to[way] and way not in attempt.ways]


def has_contact(person: Person) -> bool:
    return person.mobile_confirmed or person.email_confirmed


def can_log_in(person: Person | None) -> bool:
    return person is not None and person.state is State.ACTIVE


def require_choice(way: Way, among: Iterable[Way]) -> None:
    """Raises NotThisWay."""
    if way not in among:
        raise NotThisWay


def addresses(
    attempt: Attempt, person: Person | None, channel: str
) -> list[tuple[str, str | None]]:
    """(channel, where to) of each message a code goes out in; None: to nobody.

    Logging in by a code alone writes to both contacts; everything else to one.
    """
    if attempt.purpose in (Purpose.CONFIRM_EMAIL, Purpose.CONFIRM_MOBILE):
        return [(channel, attempt.contact)]
    reached = _reachable(attempt, person)
    if attempt.purpose is Purpose.LOG_IN and not attempt.ways:
        return [("sms", reached["sms"]), ("email", reached["email"])]
    return [(channel, reached[channel])]


def _reachable(attempt: Attempt, person: Person | None) -> dict[str, str | None]:
    """Confirmed contacts; for an activation those on the roster."""
    if person is None:
        return {"sms": None, "email": None}
    roster = attempt.purpose is Purpose.ACTIVATE
    return {
        "sms": person.mobile if roster or person.mobile_confirmed else None,
        "email": person.email if roster or person.email_confirmed else None,
    }
