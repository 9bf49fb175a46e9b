"""Steps, codes and locks as decisions: no clock, no database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts.domain.attempts import (
    CODES,
    TRIES,
    Attempt,
    AttemptOver,
    CodeTooSoon,
    Known,
    NoMoreCodes,
    NoTriesLeft,
    Purpose,
    Step,
    Way,
    addresses,
    choices,
    next_step,
    require_open,
    shown,
    try_code,
    with_code,
)
from app.accounts.domain.lockouts import (
    after_failure,
    is_closed,
    locked_until,
    taken_back,
)
from app.accounts.domain.logins import is_alive, must_prove
from app.accounts.domain.passwords import (
    PasswordIsAboutYou,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    check_password,
)
from app.accounts.domain.people import Person, Role, State, normalise_srn
from app.accounts.domain.policy import AccountPolicy

NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
POLICY = AccountPolicy()


def person(**changes) -> Person:
    given = {
        "account": uuid4(),
        "srn": "ASHA001",
        "name": "Asha Rao",
        "role": Role.STUDENT,
        "state": State.ACTIVE,
        "email": "asha@example.org",
        "mobile": "+919876500001",
        "email_confirmed": True,
        "mobile_confirmed": True,
        "password_hash": "x",
        "password_set_at": NOW - timedelta(days=100),
        "time_zone": "Asia/Kolkata",
        "has_totp": False,
        "passkeys": 0,
    }
    return Person(**{**given, **changes})


def attempt(*ways: Way, purpose=Purpose.LOG_IN, **changes) -> Attempt:
    return Attempt(
        purpose=purpose,
        account=uuid4(),
        named="ASHA001",
        ways=ways,
        begun_at=NOW,
        **changes,
    )


SEEN = Known(proved_at=None)
PROVED = Known(proved_at=NOW - timedelta(days=3))
LONG_AGO = Known(proved_at=NOW - timedelta(days=31))
STAFF = {"role": Role.PROCTOR}
APP = {"has_totp": True}


@pytest.mark.parametrize(
    ("ways", "who", "known", "step"),
    [
        ([Way.PASSWORD], {}, SEEN, Step.DONE),
        ([Way.PASSWORD], {}, None, Step.SECOND),
        ([Way.CODE], {}, SEEN, Step.DONE),
        ([Way.CODE], {}, None, Step.SECOND),
        ([Way.PASSWORD, Way.CODE], {}, None, Step.DONE),
        ([Way.PASSKEY], {}, None, Step.DONE),
        ([Way.PASSWORD], STAFF, PROVED, Step.SECOND),
        ([Way.PASSWORD, Way.TOTP], STAFF, PROVED, Step.DONE),
        ([Way.PASSWORD], APP, SEEN, Step.SECOND),
        ([Way.PASSWORD], APP, PROVED, Step.DONE),
        ([Way.PASSWORD], APP, LONG_AGO, Step.SECOND),
        ([Way.PASSWORD], {"passkeys": 1}, SEEN, Step.SECOND),
    ],
)
def test_who_needs_a_second_factor_and_when(ways, who, known, step):
    assert next_step(attempt(*ways), person(**who), known, NOW, POLICY) is step


def test_an_expired_password_is_renewed_after_the_second_factor_not_before():
    policy = AccountPolicy(password_max_age_days=90)
    old = attempt(Way.PASSWORD)
    assert next_step(old, person(), None, NOW, policy) is Step.SECOND
    both = shown(old, Way.CODE)
    assert next_step(both, person(), None, NOW, policy) is Step.RENEW
    assert next_step(both, person(), None, NOW, POLICY) is Step.DONE
    fresh = person(password_set_at=NOW - timedelta(days=89))
    assert next_step(both, fresh, None, NOW, policy) is Step.DONE


@pytest.mark.parametrize(
    ("ways", "who", "expected"),
    [
        ([Way.PASSWORD], {}, [Way.CODE]),
        ([Way.PASSWORD], APP, [Way.TOTP, Way.RECOVERY]),
        ([Way.PASSWORD], {"passkeys": 2}, [Way.PASSKEY, Way.RECOVERY]),
        ([Way.CODE], {}, [Way.PASSWORD]),
        ([Way.CODE], APP, [Way.TOTP, Way.RECOVERY, Way.PASSWORD]),
        (
            [Way.PASSWORD],
            {"email_confirmed": False, "mobile_confirmed": False},
            [],
        ),
    ],
)
def test_a_code_by_message_is_no_way_around_something_stronger(ways, who, expected):
    assert choices(attempt(*ways), person(**who)) == expected


def test_a_code_goes_to_both_contacts_to_log_in_and_to_one_otherwise():
    asha = person()
    both = [("sms", asha.mobile), ("email", asha.email)]
    assert addresses(attempt(), asha, "sms") == both
    assert addresses(attempt(Way.PASSWORD), asha, "email") == [("email", asha.email)]
    assert addresses(attempt(), None, "sms") == [("sms", None), ("email", None)]


def test_an_unconfirmed_contact_gets_a_code_only_to_activate():
    stranger = person(mobile_confirmed=False)
    assert addresses(attempt(Way.PASSWORD), stranger, "sms") == [("sms", None)]
    first = attempt(purpose=Purpose.ACTIVATE)
    assert addresses(first, stranger, "sms") == [("sms", stranger.mobile)]


moments = st.floats(0, 900)


@settings(derandomize=True, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["send", "right", "wrong"]), moments)))
def test_a_code_works_once_soon_and_within_five_tries(acts):
    it, now, accepted = attempt(), NOW, 0
    for act, pause in acts:
        now += timedelta(seconds=pause)
        try:
            require_open(it, now, POLICY)
            if act == "send":
                it = with_code(it, b"h" * 32, now, POLICY)
                continue
        except (AttemptOver, NoTriesLeft, CodeTooSoon, NoMoreCodes):
            continue
        sent_at, had_code, tries = it.code_sent_at, it.code_hash, it.tries
        it, right = try_code(it, is_right=act == "right", now=now, policy=POLICY)
        accepted += right
        if right:
            assert act == "right"
            assert had_code is not None
            assert now - sent_at < timedelta(minutes=POLICY.code_life_min)
            assert tries < TRIES
            assert it.code_hash is None
        else:
            assert it.tries == tries + 1
    assert accepted <= it.codes_sent <= CODES
    assert it.tries <= TRIES


def test_nobody_known_never_gets_in_with_any_code():
    nobody = Attempt(
        purpose=Purpose.LOG_IN,
        account=None,
        named="X",
        begun_at=NOW,
        code_hash=b"h" * 32,
        code_sent_at=NOW,
    )
    assert not try_code(nobody, is_right=True, now=NOW, policy=POLICY)[1]


@settings(derandomize=True, max_examples=30)
@given(st.lists(st.floats(0, 7200), min_size=1, max_size=150))
def test_guessing_is_slow_and_ends(pauses):
    """However the tries are spread, few are evaluated in any hour, and 100 in all."""
    failures, now, evaluated = None, NOW, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        if locked_until(failures, now) is None:
            failures = after_failure(failures, now, POLICY)
            evaluated.append(now)
    for moment in evaluated:
        within = [m for m in evaluated if moment <= m < moment + timedelta(minutes=15)]
        assert len(within) <= 2 * POLICY.failures_before_lock
    assert len(evaluated) <= POLICY.failures_most


def test_the_first_lock_is_for_15_minutes_and_the_next_for_30():
    failures, now, locks = None, NOW, []
    for _ in range(3 * POLICY.failures_before_lock):
        failures = after_failure(failures, now, POLICY)
        if until := locked_until(failures, now):
            locks.append((until - now).total_seconds() / 60)
            now = until
    assert locks == [15, 30, 30]


def test_a_hundred_in_a_row_close_the_way_and_waiting_does_not_open_it():
    failures, now = None, NOW
    for _ in range(POLICY.failures_most):
        failures = after_failure(failures, now, POLICY)
        now = failures.until or now
    until = locked_until(failures, NOW + timedelta(hours=30))
    assert until is not None
    assert is_closed(until, NOW)


def test_a_quiet_day_forgets_wrong_tries():
    one = after_failure(None, NOW, POLICY)
    for _ in range(3):
        one = after_failure(one, NOW, POLICY)
    next_day = after_failure(one, NOW + timedelta(hours=25), POLICY)
    assert next_day.count == 1


def test_a_try_we_were_too_busy_for_is_taken_back():
    failures = None
    for _ in range(POLICY.failures_before_lock):
        failures = after_failure(failures, NOW, POLICY)
    before = taken_back(failures)
    assert (before.count, before.locks, before.until) == (4, 0, None)
    assert taken_back(after_failure(None, NOW, POLICY)) is None


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("1234567", PasswordTooShort),
        ("x" * 129, PasswordTooLong),
        ("Password1", PasswordTooCommon),
        ("asha 001", PasswordIsAboutYou),
        ("Asha.Rao", PasswordIsAboutYou),
        ("asha.rao@example.org", PasswordIsAboutYou),
    ],
)
def test_what_a_password_may_not_be(password, refusal):
    with pytest.raises(refusal):
        check(password)


@pytest.mark.parametrize(
    "password", ["a" * 8, "x" * 128, "पासवर्ड है", "        ", "only words here"]
)
def test_its_characters_are_the_owners_business(password):
    check(password)


def check(password: str) -> None:
    check_password(
        password,
        is_common=lambda text: text.casefold() == "password1",
        about=["ASHA001", "Asha Rao", "asha.rao@example.org", None],
        policy=POLICY,
    )


def test_a_login_ends_when_unseen_or_after_half_a_day_unless_remembered():
    def alive(age_h: float, unseen_h: float, *, remembered: bool = False) -> bool:
        begun, seen = NOW - timedelta(hours=age_h), NOW - timedelta(hours=unseen_h)
        return is_alive(begun, seen, NOW, remembered=remembered, policy=POLICY)

    assert alive(11.9, 0.4)
    assert not alive(12, 0)
    assert not alive(1, 0.5)
    assert alive(24 * 29, 24 * 5, remembered=True)
    assert not alive(24 * 30, 0, remembered=True)


def test_proof_is_asked_for_again_after_ten_minutes():
    assert not must_prove(NOW, NOW + timedelta(minutes=9), POLICY)
    assert must_prove(NOW, NOW + timedelta(minutes=10), POLICY)


@pytest.mark.parametrize(
    "text", ["asha001", " ASHA 001 ", "Asha\u00a0001", "\uff21\uff33\uff28\uff21001"]
)
def test_an_srn_is_the_same_however_it_is_typed(text):
    assert normalise_srn(text) == "ASHA001"
