"""Leaving while a failed look stands: not every retry was used up."""

from app.proctoring.domain.changes import Change, IncidentRaised, Voided
from app.proctoring.domain.words import IMPOSTOR, SUSPICIOUS, Verdict

PICTURES = IMPOSTOR - {Verdict.MISMATCH}
"""Who may be a picture of a face: glances follow it as well as the face itself."""


def left_in_doubt(doubt: Verdict | None, *, followed: bool) -> list[Change]:
    """Must not save a stand-in's time, nor cost an honest student's for one look.

    Where glances have followed the face since the last passed look, they vouch for it
    up to where doubt began, and the next look decides. A person is told in any case:
    whoever leaves at the first failed look each time would else never meet one.
    """
    changes: list[Change] = []
    if doubt is not None and (not followed or doubt in PICTURES):
        changes.append(Voided(why=doubt))
    if doubt in SUSPICIOUS:
        changes.append(IncidentRaised(kind=doubt))
    return changes
