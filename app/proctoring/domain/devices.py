"""What kind of computer a browser runs on, from what it tells of itself."""

import re
from dataclasses import dataclass
from enum import StrEnum

DESKTOP_SHORT_SIDE_PX = 600
_MOBILE = re.compile(r"Mobi|Android|iPhone|iPad|iPod|Tablet|Silk|Kindle", re.I)
_ARM_LINUX = re.compile(r"Linux (arm|aarch)", re.I)

VIRTUAL_CAMERA = re.compile(
    r"virtual|\bobs\b|manycam|snap camera|xsplit|vtube|vcam|splitcam|e2esoft|youcam"
    r"|droidcam|ivcam|iriun|epoccam|\bcamo\b|mmhmm|chromacam|altercam|dummy video|fake",
    re.I,
)
"""Signs in a camera's name that a program may stand behind it. A sign, no proof."""


class Computer(StrEnum):
    DESKTOP = "desktop"
    PHONE = "phone"
    DISGUISED = "disguised"
    """A phone or tablet that asks for the desktop site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """`platform` is navigator.platform; the screen is in CSS pixels."""

    user_agent: str = ""
    told_mobile: bool | None = None
    touch_points: int = 0
    screen_width: int = 0
    screen_height: int = 0
    platform: str = ""


def computer_of(signs: Signs) -> Computer:
    if signs.told_mobile or _MOBILE.search(signs.user_agent):
        return Computer.PHONE
    touch = signs.touch_points > 1
    short = min(signs.screen_width, signs.screen_height)
    small = 0 < short < DESKTOP_SHORT_SIDE_PX
    arm = _ARM_LINUX.search(signs.platform) is not None
    # No Mac has a touch screen: an iPad says it is one.
    tablet = signs.platform.startswith("Mac") and touch
    chromebook = "CrOS" in signs.user_agent
    if touch and not chromebook and (small or arm or tablet):
        return Computer.DISGUISED
    return Computer.DESKTOP
