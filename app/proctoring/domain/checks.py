"""The device check: each line passes, warns or fails, and says how to mend it.

What a browser tells may be a lie; it changes this page and nothing else. The picture's
lines come from a real look, judged on the server.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.proctoring.domain import check_words as words
from app.proctoring.domain.check_lines import Line, Result, line
from app.proctoring.domain.check_picture import Seen, picture
from app.proctoring.domain.devices import (
    VIRTUAL_CAMERA,
    Computer,
    Signs,
    computer_of,
)
from app.proctoring.domain.policy import Policy


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


def evaluate(told: Told, seen: Seen | None, policy: Policy) -> list[Line]:
    """Every line, in the order they are shown."""
    lines = [
        _camera(told, policy),
        *picture(seen, policy),
        *(rule(told, policy) for rule in _RULES),
    ]
    rest = worst(lines)
    return [_computer(told, policy, rest), *lines]


def worst(lines: Iterable[Line]) -> Result:
    found = {it.result for it in lines}
    for result in (Result.FAIL, Result.WARNING):
        if result in found:
            return result
    return Result.PASS


def _computer(told: Told, policy: Policy, rest: Result) -> Line:
    kind = computer_of(told.signs)
    if kind is Computer.DESKTOP:
        return line("computer", Result.PASS)
    if kind is Computer.DISGUISED and policy.desktop_site_allowed:
        if rest is Result.FAIL:
            detail = "A phone or tablet does only if every other line passes."
            return line("computer", Result.FAIL, detail)
        return line("computer", Result.WARNING, words.PHONE_ALLOWED)
    return line("computer", Result.FAIL, words.PHONE)


def _camera(told: Told, policy: Policy) -> Line:
    if told.camera is None:
        return line("camera", Result.FAIL, "No camera was opened.")
    if VIRTUAL_CAMERA.search(told.camera):
        result = Result.FAIL if policy.virtual_camera_fails else Result.WARNING
        return line("camera", result, words.VIRTUAL, words.MEND_VIRTUAL)
    return line("camera", Result.PASS)


def _cores(told: Told, policy: Policy) -> Line:
    if told.cores is None:
        return line("cores", Result.PASS, words.NOT_TOLD)
    enough = told.cores >= policy.cores_least
    detail = f"{told.cores} processor core{'' if told.cores == 1 else 's'}."
    return line("cores", Result.PASS if enough else Result.FAIL, detail)


def _memory(told: Told, policy: Policy) -> Line:
    if told.memory_gb is None:
        return line("memory", Result.PASS, words.NOT_TOLD)
    enough = told.memory_gb >= policy.memory_least_gb
    # Browsers tell no more than 8.
    detail = f"{told.memory_gb:g} GB{' or more' if told.memory_gb >= 8 else ''}."
    return line("memory", Result.PASS if enough else Result.FAIL, detail)


def _speed(code: str, mbit: float | None, policy: Policy) -> Line:
    if mbit is None:
        return line(code, Result.FAIL, "It could not be measured.")
    detail = f"{mbit:.1f} Mbit/s." if mbit < 100 else "Over 100 Mbit/s."
    enough = mbit >= policy.speed_least_mbit
    return line(code, Result.PASS if enough else Result.FAIL, detail)


def _down(told: Told, policy: Policy) -> Line:
    return _speed("speed_down", told.down_mbit, policy)


def _up(told: Told, policy: Policy) -> Line:
    return _speed("speed_up", told.up_mbit, policy)


def _clock(told: Told, policy: Policy) -> Line:
    off = told.clock_off_s
    if off is None or abs(off) <= policy.clock_off_most_s:
        return line("clock", Result.PASS)
    way = "ahead" if off > 0 else "behind"
    return line("clock", Result.WARNING, f"It is {abs(off) / 60:.0f} minutes {way}.")


def _browser(told: Told, policy: Policy) -> Line:
    least = oldest_browsers(policy).get(told.browser)
    name = f"{told.browser} {told.browser_version}".strip()
    if least is None:
        return line("browser", Result.WARNING, f"We have not tried {name or 'it'}.")
    if told.browser_version < least:
        return line("browser", Result.FAIL, f"{name} is too old.")
    return line("browser", Result.PASS, f"{name}.")


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
        return line("path", Result.FAIL, "No video connection came about.")
    detail = words.RELAY if told.path == "relay" else words.DIRECT
    return line("path", Result.PASS, detail)


_RULES: tuple[Callable[[Told, Policy], Line], ...] = (
    _cores,
    _memory,
    _down,
    _up,
    _path,
    _browser,
    _clock,
)
