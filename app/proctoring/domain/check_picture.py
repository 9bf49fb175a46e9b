"""The lines of a device check that come from a real look."""

from dataclasses import dataclass
from enum import StrEnum

from app.kernel.findings import Finding
from app.proctoring.domain import check_words as words
from app.proctoring.domain.check_lines import Line, Result, line
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict


class MadeOf(StrEnum):
    """What a template is made of: the photo alone; captures, too; or captures that a
    person compares first."""

    PHOTO = "photo"
    CAPTURES = "captures"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The look. `by_person`: nobody's face is compared by a machine; `made_of`: the
    template, as far as it is known."""

    verdict: Verdict
    finding: Finding | None
    by_person: bool = False
    made_of: MadeOf | None = None


def picture(seen: Seen | None, policy: Policy) -> list[Line]:
    if seen is None or seen.verdict is Verdict.NO_VIDEO:
        return [line("light", Result.FAIL, "No picture of you reached us.")]
    finding = seen.finding
    if finding is None and seen.by_person:
        return [line("match", Result.PASS, words.BY_PERSON), *_enrol(seen)]
    if finding is None:
        # A fault of ours never locks a student out.
        return [line("light", Result.WARNING, words.OURS, words.MEND_OURS)]
    lines = [_light(seen, finding, policy), _face(seen, finding, policy)]
    if lines[1].result is not Result.FAIL:
        lines.append(_match(seen))
        lines += _enrol(seen)
    return lines


def _light(seen: Seen, finding: Finding, policy: Policy) -> Line:
    # As in a sitting: quality never fails a face that is recognised.
    known = seen.verdict is Verdict.MATCH
    if finding.luminance < policy.dark_below and not known:
        return line("light", Result.FAIL, "It is too dark to see your face.")
    if finding.luminance < 1.6 * policy.dark_below:
        return line("light", Result.WARNING, "There is little light on your face.")
    return line("light", Result.PASS)


def _face(seen: Seen, finding: Finding, policy: Policy) -> Line:
    if finding.faces == 0:
        return line("face", Result.FAIL, "We see no face in the picture.")
    if finding.faces > 1:
        detail = "There is more than one face in the picture."
        return line("face", Result.FAIL, detail, words.MEND_SEVERAL)
    if seen.verdict is Verdict.BLURRED:
        return line("face", Result.FAIL, words.BLURRED, words.MEND_BLURRED)
    height, turn = finding.face_height, finding.turn
    if height is not None and height < policy.small_below:
        known = seen.verdict is Verdict.MATCH
        result = Result.WARNING if known else Result.FAIL
        return line("face", result, "Your face is small.", words.MEND_SMALL)
    if turn is not None and turn > policy.turned_beyond:
        return line("face", Result.WARNING, "You look away.", words.MEND_TURNED)
    return line("face", Result.PASS)


def _match(seen: Seen) -> Line:
    if seen.by_person:
        return line("match", Result.PASS, words.BY_PERSON)
    if seen.verdict is Verdict.MATCH:
        return line("match", Result.PASS)
    if seen.verdict is Verdict.SYSTEM_UNAVAILABLE:
        return line("match", Result.WARNING, words.OURS, words.MEND_OURS)
    return line("match", Result.FAIL, "We did not recognise you.")


def _enrol(seen: Seen) -> list[Line]:
    """It never fails: the photo alone does, too."""
    if seen.by_person:
        return [line("enrol", Result.PASS, words.BY_PERSON)]
    if seen.made_of is None or seen.verdict is not Verdict.MATCH:
        return []
    if seen.made_of is MadeOf.PHOTO:
        return [line("enrol", Result.WARNING, words.PHOTO_ALONE)]
    waits = seen.made_of is MadeOf.WAITING
    return [line("enrol", Result.PASS, words.HELPDESK_COMPARES if waits else "")]
