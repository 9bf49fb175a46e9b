"""What went wrong, in a word that may stand in a log."""

import re

from redis.exceptions import ResponseError

_CODE = re.compile(
    r"(BUSY|CROSSSLOT|DENIED|EXECABORT|LOADING|MASTERDOWN|MISCONF|NOAUTH|NOGROUP|NOPERM"
    r"|NOREPLICAS|OOM|READONLY|UNBLOCKED|WRONGPASS|WRONGTYPE)\b"
)


def kind_of(error: BaseException) -> str:
    """The name of its class, and for what Redis refuses the code it begins with, such
    as OOM or NOPERM. Nothing else that it says: that may be anybody's data."""
    name = type(error).__name__
    code = _CODE.match(str(error)) if isinstance(error, ResponseError) else None
    return f"{name} {code[0]}" if code else name
