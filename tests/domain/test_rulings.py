"""What an admin rules of a result, beside what else keeps it back."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app.exams.domain import exam_letters
from app.exams.domain.exam_letters import Told
from app.exams.domain.results import Hold, State, Undecided, result
from app.exams.domain.rulings import Ruled, Ruling
from app.proctoring.domain.incident_words import choices_of, letter
from app.proctoring.domain.incidents import Choice, Decided, Standing, Step
from tests.domain.test_certificates import FAILED, INCIDENT, NOW, SAT

WHY = "Somebody else sat before the camera."
FIRST, SECOND = UUID(int=3), UUID(int=4)


def upheld(*incidents: UUID) -> Undecided:
    it = replace(INCIDENT, is_open=False, is_upheld=True)
    return Undecided(incidents=[replace(it, incident=one) for one in incidents])


def ruled(what: Ruled, *incidents: UUID, revoked: bool = False):
    ruling = Ruling(
        what=what,
        why=WHY,
        at=NOW,
        by=UUID(int=9),
        incidents=incidents,
        revoked=revoked,
    )
    return replace(SAT, ruling=ruling)


def test_an_upheld_incident_holds_until_an_admin_rules():
    assert result(SAT, upheld(FIRST)).state is State.HELD
    assert result(SAT, upheld(FIRST)).grade is None
    released = ruled(Ruled.RELEASED, FIRST)
    assert result(released, upheld(FIRST)).state is State.PASSED
    assert result(released, upheld(FIRST, SECOND)).unruled == 1
    assert result(released, upheld(FIRST, SECOND)).state is State.HELD


def test_what_was_decided_otherwise_holds_nothing():
    decided = Undecided(incidents=[replace(INCIDENT, is_open=False)])
    assert result(SAT, decided).state is State.PASSED


def test_annulled_it_has_no_grade_whatever_else_is_so():
    annulled = ruled(Ruled.ANNULLED, FIRST)
    hold = Hold(by=None, why=WHY, at=NOW)
    open_ = Undecided(incidents=[INCIDENT])
    for sat in (
        annulled,
        replace(annulled, hold=hold),
        replace(annulled, grade=FAILED),
    ):
        for undecided in (Undecided(), upheld(FIRST), upheld(SECOND), open_):
            it = result(sat, undecided)
            assert (it.state, it.grade) == (State.ANNULLED, None)
            assert it.annulled_why == WHY


def test_taken_back_it_is_what_it_was_graded():
    again = ruled(Ruled.REINSTATED, FIRST)
    assert result(again, upheld(FIRST)).state is State.PASSED
    assert result(replace(again, grade=FAILED), upheld(FIRST)).state is State.FAILED
    assert result(again, Undecided(incidents=[INCIDENT])).state is State.HELD
    assert result(again).annulled_why == ""


def test_an_annulment_whose_incident_was_dismissed_since_has_lost_its_ground():
    annulled = ruled(Ruled.ANNULLED, FIRST)
    dismissed = Undecided(incidents=[replace(INCIDENT, is_open=False)])
    assert result(annulled, dismissed).has_lost_its_ground
    assert not result(annulled, upheld(FIRST)).has_lost_its_ground
    assert not result(annulled, Undecided(incidents=[INCIDENT])).has_lost_its_ground
    assert not result(ruled(Ruled.ANNULLED)).has_lost_its_ground
    assert not result(SAT, dismissed).has_lost_its_ground


def test_the_next_go_waits_as_after_one_that_was_not_passed():
    annulled = ruled(Ruled.ANNULLED)
    assert result(annulled).cooling_till(NOW) == NOW + timedelta(hours=1)
    assert not result(annulled).may_go_again(NOW)
    assert result(annulled).may_go_again(NOW + timedelta(hours=1))
    assert result(annulled).cooling_till(NOW + timedelta(hours=1)) is None


TOLD = Told(
    name="Asha Rao",
    module="Company law",
    ended_at=NOW,
    time_zone="Asia/Kolkata",
    link="https://here/results/1",
    passed=True,
    certificate="C-000123",
    reason=WHY,
    answer="https://here/account/incidents",
)


def test_the_letter_says_why_what_it_means_and_how_to_answer():
    text = exam_letters.test_annulled(TOLD).text
    for words in (WHY, "C-000123 does not hold", "sit the test again", TOLD.answer):
        assert words in text
    assert "You passed" not in text
    without = exam_letters.test_annulled(replace(TOLD, certificate=None)).text
    assert "certificate" not in without


def test_taken_back_the_letter_tells_the_result_unless_it_is_held():
    assert "You passed" in exam_letters.test_reinstated(TOLD, is_held=False).text
    held = exam_letters.test_reinstated(TOLD, is_held=True).text
    assert "held for now" in held
    assert "You passed" not in held


def test_a_decision_about_a_test_speaks_of_its_result_and_not_of_hours():
    first = {"step": Step.FIRST, "state": Standing.DECIDED, "takes_effect": True}
    for choice in (Choice.UPHOLD, Choice.END):
        words = letter(Decided(choice=choice, **first), WHY, 0, in_a_test=True)
        assert "admin has decided whether it counts" in words.text
        assert "time" not in words.text.split(WHY)[0]
        assert "admin" in choices_of(in_a_test=True)[choice]
        assert "admin" not in letter(Decided(choice=choice, **first), WHY, 0).text
