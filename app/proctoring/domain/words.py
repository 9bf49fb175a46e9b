"""The words of proctoring that are written down and sent: one meaning each."""

from enum import StrEnum


class Kind(StrEnum):
    """What a sitting is for."""

    LEARNING = "learning"
    EXAM = "exam"
    CHECK = "check"


class State(StrEnum):
    """Where a sitting stands."""

    CHECKING_IN = "checking_in"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Why(StrEnum):
    """What made a look due."""

    START = "start"
    INTERVAL = "interval"
    RANDOM = "random"
    RESUME = "resume"
    RETRY = "retry"
    PROCTOR = "proctor"
    FINISH = "finish"
    CHALLENGE = "challenge"
    GLANCE = "glance"
    ENROL = "enrol"


class Verdict(StrEnum):
    """What policy says of a finding; `held`: a person will say it."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    SPOOF = "spoof"
    NOT_AS_ASKED = "not_as_asked"
    DARK = "dark"
    BLURRED = "blurred"
    SMALL = "small"
    TURNED = "turned"
    NO_VIDEO = "no_video"
    SYSTEM_UNAVAILABLE = "system_unavailable"
    HELD = "held"


class Reason(StrEnum):
    """Why a sitting is paused."""

    STUDENT = "student"
    PROCTOR = "proctor"
    AWAY = "away"
    NEEDS_PERSON = "needs_person"
    INACTIVE = "inactive"
    NO_VIDEO = "no_video"
    MISMATCH = "mismatch"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    SPOOF = "spoof"
    NOT_AS_ASKED = "not_as_asked"
    DARK = "dark"
    BLURRED = "blurred"
    SMALL = "small"
    TURNED = "turned"


class Ending(StrEnum):
    """Why a sitting ended."""

    FINISHED = "finished"
    PROCTOR = "proctor"
    REPLACED = "replaced"
    ABANDONED = "abandoned"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    CHECKED = "checked"


class Trouble(StrEnum):
    """What glances see instead of one face."""

    EMPTY = "empty"
    SEVERAL = "several"
    UNSEEN = "unseen"


OWN = frozenset({Reason.STUDENT, Reason.INACTIVE})
"""Pauses that the student lifts."""

PEOPLE = OWN | {Reason.PROCTOR, Reason.NEEDS_PERSON}
"""Pauses that a passed look alone does not lift."""

SUSPICIOUS = frozenset(
    {
        Verdict.MISMATCH,
        Verdict.NO_FACE,
        Verdict.SEVERAL_FACES,
        Verdict.SPOOF,
        Verdict.NOT_AS_ASKED,
    }
)
"""Verdicts a person should judge once the retries are used up."""

IMPOSTOR = frozenset({Verdict.MISMATCH, Verdict.SPOOF, Verdict.NOT_AS_ASKED})
"""Verdicts after which endless tries would help an attacker, not a student."""
