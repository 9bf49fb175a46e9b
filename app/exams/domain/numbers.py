"""Numbers that are right, as banks keep them: written out, of a bounded length.

What is read from a file has up to 20 digits and an exponent of two, so written out it
has at most 119 on either side: Planck's constant has 36 after the point.
"""

import re
from decimal import Decimal

DIGITS_MOST = 120
"""Before the point, and after it."""
KEPT = re.compile(rf"-?\d{{1,{DIGITS_MOST}}}(\.\d{{1,{DIGITS_MOST}}})?")
READ = rf"[+-]?\d{{1,{DIGITS_MOST}}}(?:\.\d{{1,{DIGITS_MOST}}})?(?:[eE][+-]?\d{{1,2}})?"
"""As files write it; a number that was kept is one, too."""
LENGTH_MOST = 2 * DIGITS_MOST + 2


def plain(number: Decimal) -> str:
    """'0.1', never '1E-1'."""
    return format(number, "f")


def can_be_kept(number: Decimal) -> bool:
    return KEPT.fullmatch(plain(number)) is not None
