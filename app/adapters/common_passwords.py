"""The passwords that are tried first: the list that ships with the zxcvbn package."""

from functools import cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS


def is_common(password: str) -> bool:
    """Exact but for upper and lower case."""
    return password.casefold() in _listed()


@cache
def _listed() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])
