"""An exam as letters tell of it."""

from dataclasses import replace

from app.exams.domain.exam_letters import Told
from app.exams.domain.results import Sat
from app.kernel.ids import ExamId


def told_of(sat: Sat, url: str, *, reason: str = "") -> Told:
    """Of one that has ended."""
    assert sat.ended_at is not None
    issued = sat.certificate
    told = Told(
        name=sat.name,
        module=sat.title,
        ended_at=sat.ended_at,
        time_zone=sat.time_zone,
        link=f"{url}{result_path(sat.exam)}",
        certificate=issued.name if issued else None,
        certificate_holds=issued is not None and issued.revoked_at is None,
        reason=reason,
        answer=f"{url}/account/incidents",
    )
    if sat.grade is None:
        return told
    return replace(
        told,
        passed=sat.grade.passed,
        is_empty=sat.grade.is_empty,
        percent=sat.grade.percent,
    )


def result_path(exam: ExamId) -> str:
    return f"/results/{exam}"
