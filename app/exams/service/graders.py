"""Grading, telling and certifying, put together."""

from dataclasses import dataclass

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.signing import Signer
from app.exams.domain.policy import ExamsPolicy
from app.exams.service.annulling import Annulling
from app.exams.service.certificates import Certificates
from app.exams.service.grading import Grading
from app.exams.service.results import Results
from app.exams.service.telling import (
    Doubtful,
    Telling,
    UndecidedOf,
    nothing_doubtful,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graders:
    """`grading.on_ended` belongs to whoever ends exams; `grading.regrade_due` and
    `results.issue_due` to housekeeping."""

    telling: Telling
    certificates: Certificates
    grading: Grading
    results: Results
    annulling: Annulling


def open_graders(
    house: Gatehouse,
    signer: Signer,
    policy: ExamsPolicy,
    undecided_of: UndecidedOf,
    doubtful: Doubtful = nothing_doubtful,
) -> Graders:
    """For the application and for workers."""
    issued = Certificates(house, signer, policy)
    telling = Telling(house, policy, issued, undecided_of, doubtful)
    grading = Grading(telling)
    found = Results(telling, grading)
    return Graders(
        telling=telling,
        certificates=issued,
        grading=grading,
        results=found,
        annulling=Annulling(telling, issued),
    )
