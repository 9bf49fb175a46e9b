"""Items that say only in their responseProcessing what is right."""

import pytest

from app.exams.domain.qti import read_qti
from tests.domain.test_qti import GAP, choices, item, only, problem


def match(right: str) -> str:
    return f'<match><variable identifier="R"/><baseValue>{right}</baseValue></match>'


def member(right: str) -> str:
    return f'<member><baseValue>{right}</baseValue><variable identifier="R"/></member>'


def paid(condition: str, points: str = "1") -> str:
    more = f'<variable identifier="S"/><baseValue>{points}</baseValue>'
    score = f'<setOutcomeValue identifier="S"><sum>{more}</sum></setOutcomeValue>'
    return f"{condition}{score}"


def rules(*branches: str) -> str:
    """Each with its condition and its points; the first one that is true counts."""
    names = ["responseIf", *["responseElseIf"] * (len(branches) - 1)]
    inside = "".join(
        f"<{name}>{branch}</{name}>"
        for name, branch in zip(names, branches, strict=True)
    )
    return f"<responseCondition>{inside}</responseCondition>"


def ruled(cardinality: str, *conditions: str, body: str = "", kind: str = "") -> bytes:
    """An item that says only in its rules what is right."""
    said = (
        f'<responseDeclaration identifier="R" cardinality="{cardinality}" '
        f'baseType="{kind or "identifier"}"/>'
        '<outcomeDeclaration identifier="S" baseType="integer"/>'
        '<outcomeDeclaration identifier="F" baseType="identifier"/>'
    )
    after = f"<responseProcessing>{''.join(conditions)}</responseProcessing>"
    most = 1 if cardinality == "single" else 3
    return item(said, body or choices(most), after)


BOTH = "".join(map(member, "AC")) + f"<not>{member('B')}</not>"


@pytest.mark.parametrize(
    ("cardinality", "conditions", "right"),
    [
        ("single", [rules(paid(match("B")))], "B"),
        ("single", [rules(paid(match("A"), "0"), paid(match("C")))], "C"),
        ("single", [rules(paid(match("A"), "-1")), rules(paid(match("C")))], "C"),
        ("multiple", [rules(paid(f"<and>{BOTH}</and>", "5"))], "AC"),
        ("multiple", [rules(paid(member("A"))), rules(paid(member("B")))], "AB"),
    ],
)
def test_what_the_rules_pay_for_is_right(cardinality, conditions, right):
    asked = only(ruled(cardinality, *conditions))
    assert "".join(it.text for it in asked.options if it.is_right) == right.lower()


def test_the_best_paid_branch_is_right_and_the_lesser_one_is_told():
    some = rules(paid(match("A"), "2"), paid(match("B"), "5"))
    parsed = read_qti(ruled("single", some))
    assert [it.is_right for it in parsed.questions[0].options] == [False, True, False]
    assert "worth a part" in str(parsed.notes[0])


def test_what_is_paid_the_same_is_right_the_same():
    either = rules(paid(match("42")), paid(match("7")), paid(match("9"), "0"))
    asked = only(ruled("single", either, body=GAP, kind="integer"))
    assert [(it.low, it.high) for it in asked.spans] == [(7, 7), (42, 42)]
    said = problem(ruled("single", rules(paid(match("A")), paid(match("B")))))
    assert "a single choice has one right option; this has 2" in said


def test_either_of_two_sets_is_nothing_that_we_ask():
    either = rules(paid(f"<and>{BOTH}</and>"), paid(member("B")))
    assert "says of no answer" in problem(ruled("multiple", either))


def test_a_number_worth_a_part_is_told():
    some = rules(paid(match("42"), "2"), paid(match("7"), "1"))
    parsed = read_qti(ruled("single", some, body=GAP, kind="integer"))
    assert [it.low for it in parsed.questions[0].spans] == [42]
    assert "worth a part" in str(parsed.notes[0])


def test_beside_a_rule_that_is_not_understood_no_other_counts():
    known, unknown = paid(member("A")), paid(f"<isNull>{match('B')}</isNull>")
    content = ruled("multiple", rules(known), rules(unknown))
    assert "says of no answer" in problem(content)


@pytest.mark.parametrize(
    "branch",
    [
        match("B"),  # nothing is paid
        paid(f"<isNull>{match('B')}</isNull>"),
        paid(match("B").replace('"R"', '"Q"')),
        paid(match("B")).replace('"S"', '"F"'),
        paid(f"<and>{match('B')}<gt/></and>"),
        "",
        paid(""),
    ],
)
def test_rules_that_are_not_understood_make_nothing_right(branch):
    assert "says of no answer" in problem(ruled("single", rules(branch)))


def test_the_rules_say_which_numbers_are_right():
    either = paid(f"<or>{match('42')}{match('7')}</or>")
    asked = only(ruled("single", rules(either), body=GAP, kind="integer"))
    assert [(it.low, it.high) for it in asked.spans] == [(7, 7), (42, 42)]
