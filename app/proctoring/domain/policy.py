"""The numbers an institution may set. Times in seconds, shares 0..1."""

from dataclasses import dataclass, replace

JUDGED_WITHIN_S = 1.0
"""From a sample to its verdict, with a few before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When we look, what passes, and how patient we are.

    Similarity, luminance, sharpness, face height and turn are those of `Finding`;
    their defaults were measured with the default pack (docs/architecture.md).
    """

    interval_min_s: float = 540
    interval_max_s: float = 600
    random_per_hour: float = 4
    random_gap_min_s: float = 60

    exam_interval_min_s: float = 120
    exam_interval_max_s: float = 180
    exam_random_per_hour: float = 6
    """In a test we look more often."""

    match_similarity: float = 0.45
    dark_below: float = 0.12
    blurred_below: float = 25.0
    small_below: float = 0.14
    turned_beyond: float = 40.0
    spoof_below: float | None = None
    """None: liveness alone fails nobody."""
    suspect_liveness: float = 0.3
    still_below: float = 0.004
    """A face less alive or less moving than this is asked to turn the head."""

    retries: int = 3
    retry_after_s: float = 5
    retry_paused_s: float = 10
    retry_paused_max_s: float = 60
    tries_before_person: int = 10
    unavailable_retry_s: float = 30

    glance_every_s: float = 10
    """Between looks, faces are counted and followed about this often; 0: never."""
    frozen_s: float = 60
    """A face that does not move at all for so long is asked to turn the head."""
    repeats_suspect: int = 12
    """Moments of ten minutes that repeat earlier ones to the pixel."""
    suspect_again_s: float = 1800
    """The same sign is answered by a challenge only so often."""
    trouble_s: float = 20
    """An empty chair or several faces pause after this."""

    lapse_s: float = 12
    """Presence older than this ends the stretch at the last time seen."""
    checkpoint_every_s: float = 3
    bridge_s: float = 1800
    """A passed look confirms what ended at most this long before it."""
    finish_within_s: float = 20
    idle_after_s: float = 300
    """Active is who moved, typed, scrolled or played the video within this; then the
    page asks "still there?"."""
    idle_answer_s: float = 60
    """Unanswered so long, the sitting pauses and time ends where the question began."""
    abandon_after_s: float = 7200

    device_check: bool = True
    """A sitting needs a check of its device that did not fail."""
    check_valid_days: float = 30
    check_tries: int = 6
    check_abandon_s: float = 600
    desktop_site_allowed: bool = False
    """A phone that shows itself as a computer may do, if all else passes."""
    virtual_camera_fails: bool = False
    """Else a camera that looks like a program is a warning."""
    cores_least: int = 2
    memory_least_gb: float = 2
    speed_least_mbit: float = 2
    clock_off_most_s: float = 120
    chrome_least: int = 110
    edge_least: int = 110
    firefox_least: int = 115
    opera_least: int = 96
    safari_least: int = 16
    """The oldest browsers that have all that the study page uses."""

    enrol: bool = True
    """The device check takes captures for the template, where it lacks them."""
    enrol_after_s: float = 2.0
    enrol_tries: int = 6
    """Captures that fail in a row before the photo alone has to do."""
    enrol_margin: float = 0.08
    """A capture that resembles the photo this much more than a match needs is clear;
    else a person compares."""
    enrol_dark_below: float = 0.18
    lifeless_tries: int = 2
    """So many captures in a row are refused as lifeless; then a person compares."""

    challenge_per_hour: float = 0.5
    """Of the random looks, so many ask for a turn of the head. 0: only on suspicion."""
    turned_similarity: float = 0.35
    """A face that turns away resembles itself less; below this it is another."""
    lease_s: float = 8
    asked_lease_s: float = 14
    """A turn of the head takes a while to read and to do."""
    attempts: int = 5
    capture_s: float = 2.5

    @property
    def begin_within_s(self) -> float:
        """What begins later is judged after its lease, when nobody waits for it."""
        return max(1.0, self.lease_s - self.capture_s - JUDGED_WITHIN_S)


def in_a_test(policy: Policy) -> Policy:
    """How often we look while a test is sat."""
    return replace(
        policy,
        interval_min_s=policy.exam_interval_min_s,
        interval_max_s=policy.exam_interval_max_s,
        random_per_hour=policy.exam_random_per_hour,
    )
