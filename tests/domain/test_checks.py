"""The device check: what each line says of what was told and seen."""

from dataclasses import replace

import pytest

from app.kernel.findings import Finding
from app.proctoring.domain.checks import Result, Seen, Told, evaluate, worst
from app.proctoring.domain.devices import Computer, Signs, computer_of
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict

POLICY = Policy()
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/150.0.0.0 Safari/537.36"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/150.0.0.0 Mobile Safari"
FINDING = Finding(
    frames=5,
    faces=1,
    luminance=0.5,
    sharpness=300,
    face_height=0.4,
    turn=3.0,
    similarity=0.7,
    liveness=0.9,
    engine="test",
    pack="test",
)
FINE = Told(
    camera="Integrated Camera",
    signs=Signs(user_agent=WINDOWS, screen_width=1920, screen_height=1080),
    browser="Chrome",
    browser_version=150,
    cores=8,
    memory_gb=8,
    down_mbit=40,
    up_mbit=12,
    clock_off_s=1,
    path="direct",
)
MATCH = Seen(verdict=Verdict.MATCH, finding=FINDING)


def results(told: Told = FINE, seen: Seen | None = MATCH, policy: Policy = POLICY):
    return {line.code: line for line in evaluate(told, seen, policy)}


def test_all_is_well_on_a_good_computer():
    lines = evaluate(FINE, MATCH, POLICY)
    assert len(lines) == 12
    assert {line.result for line in lines} == {Result.PASS}
    assert not any(line.mend for line in lines)


TOLD = [
    ("camera", {"camera": None}, Result.FAIL),
    ("camera", {"camera": "OBS Virtual Camera"}, Result.WARNING),
    ("camera", {"camera": "Snap Camera"}, Result.WARNING),
    ("camera", {"camera": "Logitech HD Webcam C270"}, Result.PASS),
    ("cores", {"cores": 1}, Result.FAIL),
    ("cores", {"cores": 2}, Result.PASS),
    ("cores", {"cores": None}, Result.PASS),
    ("memory", {"memory_gb": 1}, Result.FAIL),
    ("memory", {"memory_gb": 2}, Result.PASS),
    ("memory", {"memory_gb": None}, Result.PASS),
    ("speed_down", {"down_mbit": 1.9}, Result.FAIL),
    ("speed_down", {"down_mbit": 2}, Result.PASS),
    ("speed_up", {"up_mbit": 1.9}, Result.FAIL),
    ("speed_up", {"up_mbit": None}, Result.FAIL),
    ("clock", {"clock_off_s": 121}, Result.WARNING),
    ("clock", {"clock_off_s": -121}, Result.WARNING),
    ("clock", {"clock_off_s": 120}, Result.PASS),
    ("camera", {"camera": "Iriun Webcam"}, Result.WARNING),
    ("camera", {"camera": "FaceTime HD Camera"}, Result.PASS),
    ("browser", {"browser_version": 109}, Result.FAIL),
    ("browser", {"browser": "Firefox", "browser_version": 115}, Result.PASS),
    ("browser", {"browser": "Lynx", "browser_version": 2}, Result.WARNING),
    ("path", {"path": None}, Result.FAIL),
    ("path", {"path": "relay"}, Result.PASS),
]


@pytest.mark.parametrize(("code", "told", "expected"), TOLD)
def test_what_the_browser_tells(code, told, expected):
    line = results(replace(FINE, **told))[code]
    assert line.result is expected
    assert bool(line.mend) is (expected is not Result.PASS)


SEEN = [
    ({"luminance": 0.05}, Verdict.DARK, {"light": "fail"}),
    ({"luminance": 0.15}, Verdict.MATCH, {"light": "warning", "match": "pass"}),
    ({"luminance": 0.05}, Verdict.MATCH, {"light": "warning", "match": "pass"}),
    ({"face_height": 0.1}, Verdict.MATCH, {"face": "warning", "match": "pass"}),
    ({"faces": 0}, Verdict.NO_FACE, {"light": "pass", "face": "fail"}),
    ({"faces": 2}, Verdict.SEVERAL_FACES, {"face": "fail"}),
    ({"face_height": 0.1}, Verdict.SMALL, {"face": "fail"}),
    ({"turn": 60.0}, Verdict.TURNED, {"face": "warning", "match": "fail"}),
    ({"sharpness": 9.0, "similarity": 0.1}, Verdict.BLURRED, {"face": "fail"}),
    ({"sharpness": 9.0}, Verdict.MATCH, {"face": "pass", "match": "pass"}),
    ({"similarity": 0.1}, Verdict.MISMATCH, {"face": "pass", "match": "fail"}),
]


@pytest.mark.parametrize(("finding", "verdict", "expected"), SEEN)
def test_what_the_look_saw(finding, verdict, expected):
    seen = Seen(verdict=verdict, finding=replace(FINDING, **finding))
    found = results(seen=seen)
    assert {code: str(found[code].result) for code in expected} == expected


def test_what_is_wrong_with_the_picture_is_not_called_another_face():
    blurred = replace(FINDING, sharpness=9.0, similarity=0.1)
    found = results(seen=Seen(verdict=Verdict.BLURRED, finding=blurred))
    assert "blurred" in found["face"].detail
    assert "match" not in found


def test_how_old_a_browser_may_be_is_policy():
    found = results(policy=Policy(chrome_least=151))["browser"]
    assert found.result is Result.FAIL
    assert "too old" in found.detail


def test_without_a_picture_the_check_fails():
    assert results(seen=None)["light"].result is Result.FAIL


def test_a_fault_of_ours_locks_nobody_out():
    ours = Seen(verdict=Verdict.SYSTEM_UNAVAILABLE, finding=None)
    assert worst(evaluate(FINE, ours, POLICY)) is Result.WARNING


def test_who_is_checked_by_a_person_need_not_be_recognised():
    seen = Seen(
        verdict=Verdict.SYSTEM_UNAVAILABLE,
        finding=replace(FINDING, similarity=None),
        by_person=True,
    )
    assert worst(evaluate(FINE, seen, POLICY)) is Result.PASS


def test_no_score_is_shown():
    shown = str(evaluate(FINE, Seen(verdict=Verdict.MISMATCH, finding=FINDING), POLICY))
    assert "0.7" not in shown
    assert "similar" not in shown


PHONE = Signs(user_agent=ANDROID, touch_points=5, screen_width=412, screen_height=915)
DISGUISED = replace(PHONE, user_agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/150")
IPAD = Signs(
    user_agent="Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari/605",
    platform="MacIntel",
    touch_points=5,
    screen_width=1024,
    screen_height=1366,
)
TOUCH_LAPTOP = Signs(
    user_agent=WINDOWS, touch_points=10, screen_width=1280, screen_height=720
)
CHROMEBOOK = Signs(
    user_agent="Mozilla/5.0 (X11; CrOS aarch64) Chrome/150",
    platform="Linux aarch64",
    touch_points=10,
    screen_width=1366,
    screen_height=768,
)


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (PHONE, Computer.PHONE),
        (replace(TOUCH_LAPTOP, told_mobile=True), Computer.PHONE),
        (DISGUISED, Computer.DISGUISED),
        (IPAD, Computer.DISGUISED),
        (TOUCH_LAPTOP, Computer.DESKTOP),
        (CHROMEBOOK, Computer.DESKTOP),
        (Signs(), Computer.DESKTOP),
    ],
)
def test_what_kind_of_computer(signs, expected):
    assert computer_of(signs) is expected


def test_a_phone_is_refused_with_the_reason():
    line = results(replace(FINE, signs=PHONE))["computer"]
    assert line.result is Result.FAIL
    assert "phone or tablet" in line.detail


def test_a_phone_as_desktop_does_where_policy_says_so_and_all_else_passes():
    told = replace(FINE, signs=DISGUISED)
    allowed = Policy(desktop_site_allowed=True)
    assert results(told)["computer"].result is Result.FAIL
    assert results(told, policy=allowed)["computer"].result is Result.WARNING
    slow = replace(told, up_mbit=0.5)
    assert results(slow, policy=allowed)["computer"].result is Result.FAIL
    phone = replace(FINE, signs=PHONE)
    assert results(phone, policy=allowed)["computer"].result is Result.FAIL


def test_an_institution_may_refuse_cameras_that_look_virtual():
    told = replace(FINE, camera="OBS Virtual Camera")
    strict = Policy(virtual_camera_fails=True)
    assert results(told, policy=strict)["camera"].result is Result.FAIL
