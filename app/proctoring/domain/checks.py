"""The device check: each line passes, warns or fails, and says how to mend it.

What a browser tells may be a lie; it changes this page and nothing else. The picture's
lines come from a real look, judged on the server.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from app.kernel.findings import Finding
from app.proctoring.domain import check_words as words
from app.proctoring.domain.devices import (
    VIRTUAL_CAMERA,
    Computer,
    Signs,
    computer_of,
)
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict


class Result(StrEnum):
    PASS = "pass"
    WARNING = "warning"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`detail` says what was found, `mend` what to do about it."""

    code: str
    result: Result
    title: str
    detail: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the browser tells and what was measured with it; None: not told."""

    camera: str | None = None
    signs: Signs = field(default_factory=Signs)
    browser: str = ""
    browser_version: int = 0
    cores: int | None = None
    memory_gb: float | None = None
    down_mbit: float | None = None
    up_mbit: float | None = None
    clock_off_s: float | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The look. `by_person`: nobody's face is compared by a machine."""

    verdict: Verdict
    finding: Finding | None
    by_person: bool = False


def evaluate(told: Told, seen: Seen | None, policy: Policy) -> list[Line]:
    """Every line, in the order they are shown."""
    lines = [
        _camera(told, policy),
        *_picture(seen, policy),
        *(rule(told, policy) for rule in _RULES),
    ]
    rest = worst(lines)
    return [_computer(told, policy, rest), *lines]


def worst(lines: Iterable[Line]) -> Result:
    found = {line.result for line in lines}
    for result in (Result.FAIL, Result.WARNING):
        if result in found:
            return result
    return Result.PASS


def _line(code: str, result: Result, detail: str = "", mend: str = "") -> Line:
    title, passed, default = words.LINES[code]
    if result is Result.PASS:
        return Line(code=code, result=result, title=title, detail=detail or passed)
    return Line(
        code=code, result=result, title=title, detail=detail, mend=mend or default
    )


def _computer(told: Told, policy: Policy, rest: Result) -> Line:
    kind = computer_of(told.signs)
    if kind is Computer.DESKTOP:
        return _line("computer", Result.PASS)
    if kind is Computer.DISGUISED and policy.desktop_site_allowed:
        if rest is Result.FAIL:
            detail = "A phone or tablet does only if every other line passes."
            return _line("computer", Result.FAIL, detail)
        return _line("computer", Result.WARNING, words.PHONE_ALLOWED)
    return _line("computer", Result.FAIL, words.PHONE)


def _camera(told: Told, policy: Policy) -> Line:
    if told.camera is None:
        return _line("camera", Result.FAIL, "No camera was opened.")
    if VIRTUAL_CAMERA.search(told.camera):
        result = Result.FAIL if policy.virtual_camera_fails else Result.WARNING
        return _line("camera", result, words.VIRTUAL, words.MEND_VIRTUAL)
    return _line("camera", Result.PASS)


def _picture(seen: Seen | None, policy: Policy) -> list[Line]:
    if seen is None or seen.verdict is Verdict.NO_VIDEO:
        return [_line("light", Result.FAIL, "No picture of you reached us.")]
    finding = seen.finding
    if finding is None and seen.by_person:
        return [_line("match", Result.PASS, words.BY_PERSON)]
    if finding is None:
        # A fault of ours never locks a student out.
        return [_line("light", Result.WARNING, words.OURS, words.MEND_OURS)]
    lines = [_light(seen, finding, policy), _face(seen, finding, policy)]
    if lines[1].result is not Result.FAIL:
        lines.append(_match(seen))
    return lines


def _light(seen: Seen, finding: Finding, policy: Policy) -> Line:
    # As in a sitting: quality never fails a face that is recognised.
    known = seen.verdict is Verdict.MATCH
    if finding.luminance < policy.dark_below and not known:
        return _line("light", Result.FAIL, "It is too dark to see your face.")
    if finding.luminance < 1.6 * policy.dark_below:
        return _line("light", Result.WARNING, "There is little light on your face.")
    return _line("light", Result.PASS)


def _face(seen: Seen, finding: Finding, policy: Policy) -> Line:
    if finding.faces == 0:
        return _line("face", Result.FAIL, "We see no face in the picture.")
    if finding.faces > 1:
        detail = "There is more than one face in the picture."
        return _line("face", Result.FAIL, detail, words.MEND_SEVERAL)
    if seen.verdict is Verdict.BLURRED:
        return _line("face", Result.FAIL, words.BLURRED, words.MEND_BLURRED)
    height, turn = finding.face_height, finding.turn
    if height is not None and height < policy.small_below:
        known = seen.verdict is Verdict.MATCH
        result = Result.WARNING if known else Result.FAIL
        return _line("face", result, "Your face is small.", words.MEND_SMALL)
    if turn is not None and turn > policy.turned_beyond:
        return _line("face", Result.WARNING, "You look away.", words.MEND_TURNED)
    return _line("face", Result.PASS)


def _match(seen: Seen) -> Line:
    if seen.by_person:
        return _line("match", Result.PASS, words.BY_PERSON)
    if seen.verdict is Verdict.MATCH:
        return _line("match", Result.PASS)
    if seen.verdict is Verdict.SYSTEM_UNAVAILABLE:
        return _line("match", Result.WARNING, words.OURS, words.MEND_OURS)
    return _line("match", Result.FAIL, "We did not recognise you.")


def _cores(told: Told, policy: Policy) -> Line:
    if told.cores is None:
        return _line("cores", Result.PASS, words.NOT_TOLD)
    enough = told.cores >= policy.cores_least
    detail = f"{told.cores} processor core{'' if told.cores == 1 else 's'}."
    return _line("cores", Result.PASS if enough else Result.FAIL, detail)


def _memory(told: Told, policy: Policy) -> Line:
    if told.memory_gb is None:
        return _line("memory", Result.PASS, words.NOT_TOLD)
    enough = told.memory_gb >= policy.memory_least_gb
    # Browsers tell no more than 8.
    detail = f"{told.memory_gb:g} GB{' or more' if told.memory_gb >= 8 else ''}."
    return _line("memory", Result.PASS if enough else Result.FAIL, detail)


def _speed(code: str, mbit: float | None, policy: Policy) -> Line:
    if mbit is None:
        return _line(code, Result.FAIL, "It could not be measured.")
    detail = f"{mbit:.1f} Mbit/s." if mbit < 100 else "Over 100 Mbit/s."
    enough = mbit >= policy.speed_least_mbit
    return _line(code, Result.PASS if enough else Result.FAIL, detail)


def _down(told: Told, policy: Policy) -> Line:
    return _speed("speed_down", told.down_mbit, policy)


def _up(told: Told, policy: Policy) -> Line:
    return _speed("speed_up", told.up_mbit, policy)


def _clock(told: Told, policy: Policy) -> Line:
    off = told.clock_off_s
    if off is None or abs(off) <= policy.clock_off_most_s:
        return _line("clock", Result.PASS)
    way = "ahead" if off > 0 else "behind"
    return _line("clock", Result.WARNING, f"It is {abs(off) / 60:.0f} minutes {way}.")


def _browser(told: Told, policy: Policy) -> Line:
    least = oldest_browsers(policy).get(told.browser)
    name = f"{told.browser} {told.browser_version}".strip()
    if least is None:
        return _line("browser", Result.WARNING, f"We have not tried {name or 'it'}.")
    if told.browser_version < least:
        return _line("browser", Result.FAIL, f"{name} is too old.")
    return _line("browser", Result.PASS, f"{name}.")


def oldest_browsers(policy: Policy) -> dict[str, int]:
    return {
        "Chrome": policy.chrome_least,
        "Edge": policy.edge_least,
        "Firefox": policy.firefox_least,
        "Opera": policy.opera_least,
        "Safari": policy.safari_least,
    }


def _path(told: Told, policy: Policy) -> Line:
    if told.path is None:
        return _line("path", Result.FAIL, "No video connection came about.")
    detail = words.RELAY if told.path == "relay" else words.DIRECT
    return _line("path", Result.PASS, detail)


_RULES: tuple[Callable[[Told, Policy], Line], ...] = (
    _cores,
    _memory,
    _down,
    _up,
    _path,
    _browser,
    _clock,
)
