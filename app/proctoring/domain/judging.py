"""What policy says of a finding."""

from dataclasses import replace

from app.kernel.findings import Finding
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.signs import Sign
from app.proctoring.domain.words import Verdict


def verdict_of(finding: Finding, policy: Policy) -> Verdict:
    """A match needs one face and enough similarity; else the first trouble found.

    Quality never fails a face that is recognised: it only explains why one was not.
    """
    if finding.frames == 0:
        return Verdict.NO_VIDEO
    if finding.faces > 1:
        return Verdict.SEVERAL_FACES
    if finding.faces == 0:
        return _nobody(finding, policy)
    return _somebody(finding, policy)


def verdict_of_capture(finding: Finding, policy: Policy, failures: int) -> Verdict:
    """Of a capture for the template: it has to be a good picture, too, and alive.

    Passive liveness is wrong of some honest cameras for good: after a few tries it
    refuses no more, and a person compares (`is_clear`).
    """
    verdict = verdict_of(finding, policy)
    if verdict is not Verdict.MATCH:
        return verdict
    bright = replace(policy, dark_below=policy.enrol_dark_below)
    if trouble := _quality_trouble(finding, bright):
        return trouble
    if not _is_alive(finding, policy) and failures < policy.lifeless_tries:
        return Verdict.SPOOF
    return Verdict.MATCH


def is_clear(finding: Finding, policy: Policy) -> bool:
    """Whether nobody need compare a capture with the photo."""
    least = policy.match_similarity + policy.enrol_margin
    return (finding.similarity or 0) >= least and _is_alive(finding, policy)


def signs_of(finding: Finding, policy: Policy) -> list[Sign]:
    """Signs that no living person sits there: reason to ask for a turn of the head.

    Never a verdict: a good camera in good light may look like a picture of one.
    """
    if finding.faces != 1 or finding.did_as_asked:
        return []
    signs = []
    if finding.motion is not None and finding.motion < policy.still_below:
        signs.append(Sign.FROZEN)
    if not _is_alive(finding, policy):
        signs.append(Sign.LIFELESS)
    return signs


def _somebody(finding: Finding, policy: Policy) -> Verdict:
    if finding.similarity is None:
        return Verdict.SYSTEM_UNAVAILABLE
    if _looks_fake(finding, policy):
        return Verdict.SPOOF
    if finding.similarity >= policy.match_similarity:
        return _as_asked(finding, policy)
    return _quality_trouble(finding, policy) or Verdict.MISMATCH


def _as_asked(finding: Finding, policy: Policy) -> Verdict:
    """It is them; where a turn was asked, they turned, and stayed the same person."""
    if finding.did_as_asked is None:
        return Verdict.MATCH
    if not finding.did_as_asked or finding.kept is None:
        return Verdict.NOT_AS_ASKED
    kept = finding.kept >= policy.turned_similarity
    return Verdict.MATCH if kept else Verdict.MISMATCH


def _nobody(finding: Finding, policy: Policy) -> Verdict:
    dark = finding.luminance < policy.dark_below
    return Verdict.DARK if dark else Verdict.NO_FACE


def _looks_fake(finding: Finding, policy: Policy) -> bool:
    if policy.spoof_below is None or finding.liveness is None:
        return False
    return finding.liveness < policy.spoof_below


def _is_alive(finding: Finding, policy: Policy) -> bool:
    """A pack without a liveness model tells nothing against anybody."""
    return finding.liveness is None or finding.liveness >= policy.suspect_liveness


def _quality_trouble(finding: Finding, policy: Policy) -> Verdict | None:
    if finding.luminance < policy.dark_below:
        return Verdict.DARK
    if finding.face_height is not None and finding.face_height < policy.small_below:
        return Verdict.SMALL
    if finding.turn is not None and finding.turn > policy.turned_beyond:
        return Verdict.TURNED
    if finding.sharpness < policy.blurred_below:
        return Verdict.BLURRED
    return None
