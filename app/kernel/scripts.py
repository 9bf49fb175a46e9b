"""Scripts of India: whose letter a letter is, and what of a text can be printed."""

from itertools import groupby
from unicodedata import category, combining

SCRIPTS = {
    "devanagari": ((0x900, 0x97F), (0xA8E0, 0xA8FF)),
    "bengali": ((0x980, 0x9FF),),
    "gurmukhi": ((0xA00, 0xA7F),),
    "gujarati": ((0xA80, 0xAFF),),
    "oriya": ((0xB00, 0xB7F),),
    "tamil": ((0xB80, 0xBFF),),
    "telugu": ((0xC00, 0xC7F),),
    "kannada": ((0xC80, 0xCFF),),
    "malayalam": ((0xD00, 0xD7F),),
    "arabic": ((0x600, 0x6FF), (0x750, 0x77F), (0x870, 0x8FF), (0xFB50, 0xFDFF)),
}
BASE = ""
"""The script of all other letters."""
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
DANDAS = "\N{DEVANAGARI DANDA}\N{DEVANAGARI DOUBLE DANDA}"
"""Of Devanagari by their name, and the full stops of its neighbours too."""
FOLLOW = ("Mn", "Mc", "Me", "Zs", "Nd", "Nl", "No", "Po", "Pd", "Pc", "Cf")
"""No letters, brackets or quotes: set in the script before them."""
VIRAMA = 9
"""The combining class of what makes one shape of two consonants."""
CLUSTER_MOST = 12
"""Characters; no word has as many, and what has more must still fit on some line."""


def printable(text: str) -> str:
    """With a blank for all that cannot be seen, but for the joiners that letters of
    India's scripts are spelt with: beside others they would only hide."""
    kept, last = [], " "
    for char in text:
        if char not in JOINERS:
            last = char
            kept.append(char if char.isprintable() else " ")
        else:
            kept.append(char if script_of(last) else " ")
    return "".join(kept)


def is_printable(text: str) -> bool:
    """Whether people can see all that stands there, on one line."""
    return printable(text) == text


def runs(text: str) -> list[tuple[str, str]]:
    """(Script, text), one after the other: no run ends within a cluster."""
    found: list[tuple[str, str]] = []
    for char in text:
        script = script_of(char)
        if found and (char in DANDAS or (not script and category(char) in FOLLOW)):
            script = found[-1][0] or script
        found.append((script, char))
    return [
        (script, "".join(char for _, char in run))
        for script, run in groupby(found, key=lambda it: it[0])
    ]


def clusters(text: str) -> list[str]:
    """A letter, its marks, and what it forms one shape with: no line breaks inside."""
    found: list[str] = []
    for char in text:
        before = found[-1] if found else " "
        is_mark = category(char).startswith("M") or char in JOINERS
        is_joined = combining(before[-1]) == VIRAMA or before[-1] in JOINERS
        belongs = is_mark or (is_joined and char.isalpha())
        if found and belongs and len(before) < CLUSTER_MOST:
            found[-1] += char
        else:
            found.append(char)
    return found


def script_of(char: str) -> str:
    """BASE for a letter of any other script, and for what belongs to none."""
    code = ord(char)
    for script, blocks in SCRIPTS.items():
        if any(first <= code <= last for first, last in blocks):
            return script
    return BASE
