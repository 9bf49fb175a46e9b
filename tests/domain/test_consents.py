"""Notices and consents: what a text must say, and what holds when it changes."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.domain.consents import (
    BiometricsDeclined,
    CheckedBy,
    Consent,
    ConsentNeeded,
    Purpose,
    read_notice,
    read_notices,
    receipt_text,
    require_for_camera,
    standing,
)
from app.accounts.service.consents import TEXTS, current_notice

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = (TEXTS / "1.toml").read_text("utf-8")
CURRENT = current_notice().version
SECOND = FIRST.replace("version = 1", "version = 2")
KEYS = "https://study.example/.well-known/jwks.json"


def changed(text: str, code: str, *, since: int | None = None) -> str:
    """The same notice with other words for one point."""
    before, mark, after = text.partition(f'code = "{code}"')
    after = after.replace('why = "', 'why = "In other words: ', 1)
    if since is not None:
        after = re.sub(r"since = \d+", f"since = {since}", after, count=1)
    return before + mark + after


def consent(purpose: Purpose, version: int = CURRENT, **other: datetime) -> Consent:
    return Consent(
        purpose=purpose, version=version, given_at=NOON, given_on="Firefox", **other
    )


def everything(version: int = 1) -> list[Consent]:
    return [consent(purpose, version) for purpose in Purpose]


# --- the notice -------------------------------------------------------------------


def test_the_notice_says_what_the_law_wants_said():
    """Data, purpose, how to withdraw, where to complain: DPDP Act 2023, 5 and 6."""
    notice = current_notice()
    assert [it.code for it in notice.items if it.needed] == [Purpose.CAMERA]
    assert "Privacy" in notice.withdrawing
    assert "your institution" in notice.complaints
    assert "Data Protection Board of India" in notice.complaints


@pytest.mark.parametrize(
    ("was", "wrong", "says"),
    [
        ('code = "evidence"', 'code = "camera"', "every purpose once"),
        ('code = "evidence"', 'code = "sound"', "sound"),
        ("needed = true", "needed = false", "decided in the code"),
        ("needed = false", "needed = true", "decided in the code"),
        ("since = 1", "since = 2", "later than its notice"),
        ("since = 1", "since = 0", "later than its notice"),
        ('title = "Camera while you study"', 'title = " "', "leaves nothing out"),
        ('complaints = """Questions', 'elsewhere = """Questions', "elsewhere"),
        ('who_sees = "No person', 'seen_by = "No person', "seen_by"),
    ],
)
def test_a_notice_that_is_not_whole_is_not_shown(was, wrong, says):
    assert read_notice(FIRST).version == 1
    assert was in FIRST
    with pytest.raises((ValueError, TypeError, KeyError), match=says):
        read_notice(FIRST.replace(was, wrong))


def test_a_notice_that_tells_a_purpose_twice_is_not_shown():
    again = FIRST[FIRST.rindex("[[purpose]]") :]
    with pytest.raises(ValueError, match="every purpose once"):
        read_notice(f"{FIRST}\n{again}")


def test_the_newest_version_is_the_current_one_in_whatever_order_they_lie():
    for texts in ([FIRST, SECOND], [SECOND, FIRST]):
        assert [it.version for it in read_notices(texts)] == [1, 2]


@pytest.mark.parametrize("texts", [[], [SECOND], [FIRST, FIRST]])
def test_no_version_is_missing_or_there_twice(texts):
    with pytest.raises(ValueError, match="none is missing"):
        read_notices(texts)


def test_new_words_must_be_asked_for_anew():
    """Control: with its `since` raised, the same text is taken."""
    with pytest.raises(ValueError, match="camera changed in version 2"):
        read_notices([FIRST, changed(SECOND, "camera")])
    assert read_notices([FIRST, changed(SECOND, "camera", since=2)])


def test_what_was_asked_anew_does_not_go_back_to_an_older_consent():
    second = changed(SECOND, "camera", since=2)
    third = second.replace("version = 2", "version = 3")
    assert read_notices([FIRST, second, third])
    with pytest.raises(ValueError, match="camera changed in version 3"):
        read_notices([FIRST, second, third.replace("since = 2", "since = 1")])


# --- what stands ------------------------------------------------------------------


def test_a_consent_to_words_that_changed_no_longer_holds_and_the_others_do():
    notice = read_notices([FIRST, changed(SECOND, "camera", since=2)])[-1]
    held = standing(everything(version=1), notice)
    assert set(held) == {Purpose.BIOMETRICS, Purpose.EVIDENCE}
    with pytest.raises(ConsentNeeded):
        require_for_camera(held, CheckedBy.PERSON)
    assert set(standing(everything(version=2), notice)) == set(Purpose)


def test_what_was_withdrawn_does_not_stand():
    gone = consent(Purpose.CAMERA, withdrawn_at=NOON)
    assert standing([gone], current_notice()) == {}
    again = replace(gone, given_at=NOON + timedelta(hours=1), withdrawn_at=None)
    assert standing([gone, again], current_notice()) == {Purpose.CAMERA: again}


C, B, E = Purpose.CAMERA, Purpose.BIOMETRICS, Purpose.EVIDENCE


@pytest.mark.parametrize(
    ("given", "by_machine", "by_person"),
    [
        ([], ConsentNeeded, ConsentNeeded),
        ([B, E], ConsentNeeded, ConsentNeeded),
        ([C], BiometricsDeclined, None),
        ([C, E], BiometricsDeclined, None),
        ([C, B], None, None),
        ([C, B, E], None, None),
    ],
)
def test_what_is_needed_before_a_camera_is_used(given, by_machine, by_person):
    held = {purpose: consent(purpose) for purpose in given}
    for checked_by, refused in (
        (CheckedBy.MACHINE, by_machine),
        (CheckedBy.PERSON, by_person),
    ):
        if refused is None:
            assert require_for_camera(held, checked_by) is checked_by
            continue
        with pytest.raises(ConsentNeeded) as refusal:
            require_for_camera(held, checked_by)
        assert type(refusal.value) is refused


# --- the receipt ------------------------------------------------------------------


def test_a_receipt_has_the_words_that_were_shown_not_those_of_today():
    notices = read_notices([FIRST, changed(SECOND, "camera", since=2)])
    old = receipt_text("Asha", [consent(C, 1)], notices, KEYS)
    new = receipt_text("Asha", [consent(C, 2)], notices, KEYS)
    assert "text of version 1" in old
    assert "In other words" not in old
    assert "In other words" in new


def test_a_receipt_says_when_where_whether_it_stands_and_how_to_check_it():
    gone = consent(E, withdrawn_at=NOON + timedelta(minutes=5))
    text = receipt_text("Asha (ASHA001)", [consent(C), gone], [current_notice()], KEYS)
    assert "Consent receipt for Asha (ASHA001)" in text
    assert text.count("given      2026-11-23 12:00:00 UTC, Firefox") == 2
    assert "withdrawn  no, it stands" in text
    assert "withdrawn  2026-11-23 12:05:00 UTC" in text
    assert "spom receipt verify FILE" in text
    assert KEYS in text
    assert "Data Protection Board" in text


def test_a_receipt_of_nothing_says_so():
    text = receipt_text("Asha", [], [current_notice()], KEYS)
    assert "Nothing has been agreed to." in text


def test_a_consent_whose_text_is_not_here_is_told_without_words_of_another():
    """After an older release was put back."""
    text = receipt_text("Asha", [consent(C, 9)], [current_notice()], KEYS)
    assert "camera (text of version 9)" in text
    assert current_notice().items[0].what not in text
