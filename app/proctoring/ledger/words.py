"""Why time counts or does not, in words; and the letters of the ledger."""

from datetime import date

from app.accounts.domain.letters import SIGNED, Words
from app.proctoring.domain.words import Verdict
from app.proctoring.ledger.domain import Correction, Standing, Stretch, seconds_in_words

GAP = "gap"
COUNTED = "It lies between two looks that recognised the student."
RUNNING = "It is running. The next passed look confirms it."
WAITING = "It waits for the next passed look, which may confirm it."
NO_REASON = "The reason was not kept."

UNRECOGNISED = "The student was not recognised."
"""Of a picture of a face, too: what gave a trick away is for staff alone."""

REASONS: dict[str, str] = {
    GAP: "Too long passed until the student was recognised again.",
    Verdict.MISMATCH: UNRECOGNISED,
    Verdict.NO_FACE: "Nobody was seen in front of the camera.",
    Verdict.SEVERAL_FACES: "More than one person was seen.",
    Verdict.NOT_AS_ASKED: "The head was not turned as asked.",
    Verdict.SPOOF: UNRECOGNISED,
    Verdict.DARK: "It was too dark to recognise anybody.",
    Verdict.BLURRED: "The picture was too blurred to recognise anybody.",
    Verdict.SMALL: "The face was too far away to be recognised.",
    Verdict.TURNED: "The face was turned too far away to be recognised.",
    Verdict.NO_VIDEO: "No picture came from the camera.",
    Verdict.HELD: "Its picture waited for a person.",
    Verdict.SYSTEM_UNAVAILABLE: "Our own service could not look.",
    Verdict.MATCH: "The student was recognised; a person set the time aside.",
}

ROLES = {"helpdesk": "the helpdesk", "admin": "an admin", "proctor": "a proctor"}


def why(stretch: Stretch) -> str:
    if stretch.state is Standing.CONFIRMED:
        return COUNTED
    if stretch.state is Standing.PROVISIONAL:
        return RUNNING if stretch.is_open else WAITING
    return REASONS.get(stretch.reason or "", NO_REASON)


def corrected(it: Correction, module: str) -> Words:
    """What changed, why, and which two decided it, by their roles."""
    amount = seconds_in_words(abs(it.length_us))
    what = "added to" if it.seconds > 0 else "taken from"
    asked, decided = ROLES[it.asked_as], ROLES[it.decided_as or "admin"]
    return Words(
        kind="hours_corrected",
        subject="Your hours were corrected",
        text=f"{amount} were {what} your confirmed time of {module}.\n\nThe reason: "
        f"{it.reason}\n\nAsked by {asked}, approved by {decided}. You find it on your "
        "statement, under 'Your hours'. If it is not right, write to the helpdesk."
        f"{SIGNED}",
    )


def daily(day: date, text: str) -> Words:
    """`text` is signed as it stands: nothing is added to it."""
    return Words(
        kind="daily_statement",
        subject=f"Your hours of {day.day} {day:%B %Y}",
        text=text,
    )
