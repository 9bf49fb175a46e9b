"""Why somebody does something, in their own words: one line for the trail."""

from app.kernel.refusals import Refusal
from app.kernel.scripts import is_printable


def reason_of(text: str, least: int, most: int, otherwise: type[Refusal]) -> str:
    """In one line of `least` to `most` characters. Raises `otherwise`."""
    reason = " ".join(text.split())
    if not least <= len(reason) <= most or not is_printable(reason):
        raise otherwise
    return reason
