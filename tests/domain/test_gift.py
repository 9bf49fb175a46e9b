"""GIFT as Moodle and people write it, and what is said of what is wrong."""

import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from app.exams.domain.bodies import from_json, to_json
from app.exams.domain.gift import read_gift
from app.exams.domain.gift_writer import write_gift
from app.exams.domain.questions import Option, Question, QuestionKind, Span
from tests.domain.questions_made import banks

ROOT = Path(__file__).parents[2]
PEG = ROOT / "node_modules" / "gift-pegjs"


def only(text: str) -> Question:
    parsed = read_gift(text.encode())
    assert parsed.problems == ()
    assert len(parsed.questions) == 1
    return parsed.questions[0]


def problems(text: str, **extra: bool) -> list[str]:
    return [str(it) for it in read_gift(text.encode(), **extra).problems]


def spans(text: str) -> list[tuple[str, str]]:
    return [(str(it.low), str(it.high)) for it in only(text).spans]


def test_one_right_answer_is_a_single_choice():
    it = only("::Tomb:: Who lies there? {=Grant#Right. ~no one ~Napoleon#No. ####Tale}")
    assert it.name == "Tomb"
    assert it.kind is QuestionKind.SINGLE
    assert it.options == (
        Option(text="Grant", is_right=True, feedback="Right."),
        Option(text="no one", is_right=False),
        Option(text="Napoleon", is_right=False, feedback="No."),
    )
    assert it.feedback == "Tale"


def test_weights_make_a_multiple_choice_and_a_negative_one_is_wrong():
    it = only("Who? {~%-100%no one ~%50%Grant ~%50%his wife ~his horse}")
    assert it.kind is QuestionKind.MULTIPLE
    assert [it.is_right for it in it.options] == [False, True, True, False]


def test_two_answers_that_are_wholly_right_are_no_single_choice():
    (problem,) = read_gift(b"Who? {=Ann\n~%100%Ben\n~Cem}").problems
    assert "two answers are worth 100 %" in problem.words
    assert problem.line == 2


@pytest.mark.parametrize("word", ["T", "TRUE", "true", " F ", "FALSE"])
def test_true_and_false_become_two_options(word):
    it = only(f"The sun rises. {{{word}#wrong#right}}")
    right = "True" if word.strip().upper()[0] == "T" else "False"
    assert [one.text for one in it.options if one.is_right] == [right]
    assert [one.feedback for one in it.options if one.is_right] == ["right"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("#5", [("5", "5")]),
        ("#5:0.1", [("4.9", "5.1")]),
        ("# -1.5..2", [("-1.5", "2")]),
        ("#=%100%1822:0 =%50%1822:2 ~#no", [("1822", "1822")]),
        ("#=1:0.5 =7", [("0.5", "1.5"), ("7", "7")]),
        ("#1e2", [("100", "100")]),
        ("#6.6e-34:1e-35", [("6.5E-34", "6.7E-34")]),
    ],
)
def test_numbers_and_their_ranges(answers, expected):
    assert spans(f"How many? {{{answers}}}") == expected


@pytest.mark.parametrize("number", ["9.109E-31", "1e99", f"{'9' * 20}.{'9' * 20}e-99"])
def test_numbers_of_any_size_are_kept_and_written_again(number):
    (question,) = read_gift(f"How many? {{#{number}}}".encode()).questions
    kept = from_json(json.loads(json.dumps(to_json(question))))
    assert kept == question
    (again,) = read_gift(write_gift([kept]).encode()).questions
    assert again.spans == question.spans


def test_a_number_that_cannot_be_kept_is_told_with_its_line():
    found = read_gift(f"How many? {{#{'9' * 30}e99}}".encode())
    (problem,) = found.problems
    assert "at most 120 digits" in problem.words
    assert not found.questions


def test_a_missing_word_leaves_a_gap():
    it = only("Two {=and ~or} two is four.")
    assert it.text == "Two \\_\\_\\_\\_\\_ two is four."


def test_a_title_alone_is_what_is_asked():
    assert only("::Is it so?::{T}").text == "Is it so?"


def test_escapes_are_read():
    it = only(r"::a\:\:b:: [markdown]\{x\} \= 1\~ \# \\frac a\nb {=\=a ~\~b}")
    assert it.name == "a::b"
    assert it.text == "{x} = 1~ # \\frac a\nb"
    assert [one.text for one in it.options] == ["=a", "~b"]


def test_html_becomes_markdown_and_scripts_are_gone():
    it = only("[html]<p>A <b>bold</b><script>x()</script> one</p> {=H<sub>2</sub>O ~x}")
    assert it.text == "A **bold** one"
    assert it.options[0].text == "H₂O"


def test_formulas_stay_and_a_price_is_no_formula():
    it = only(r"Is \\(x^2\\) worth $5 or $$y$$? {=yes ~no}")
    assert it.text == "Is $x^2$ worth \\$5 or $$y$$?"


def test_categories_and_comments_give_tags():
    text = """// [tag:law] [tag:with \\] bracket]
A? {T}

$CATEGORY: $course$/top/Costs, direct/A//B

B? {F}

// no tag here
C? {T}
"""
    found = [it.tags for it in read_gift(text.encode()).questions]
    assert found == [
        ("law", "with ] bracket"),
        ("Costs direct/A/B",),
        ("Costs direct/A/B",),
    ]


def test_a_mark_of_bytes_and_carriage_returns_and_tabs_do_no_harm():
    text = "\ufeff::A::\r\n\tWhat?\t{\r\n\t=a\r\n\r\n\t~b\r\n}\r\n\r\n::B::B?{T}\r\n"
    found = read_gift(text.encode()).questions
    assert [it.name for it in found] == ["A", "B"]


def test_the_same_title_twice_gets_a_number_and_is_told():
    parsed = read_gift(b"::A::1?{T}\n\n::A::2?{T}")
    assert [it.name for it in parsed.questions] == ["A", "A (2)"]
    assert "line 3" in str(parsed.notes[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("::A::x {=a ~b\n\n::B::y {T}", "line 1, A: the { is not closed with }"),
        ("::A::x =a }", "line 1, A: there is a } without its {"),
        ("::A::x\n{=a\n~{b}", "line 3, A: a { inside the answers"),
        ("::A::x {=a ~b} {=c}", "line 1, A: a second {"),
        ("::A x {=a ~b}", "the title is not closed with ::"),
        ("::A::x {\n=a\n~%x%b\n}", "line 3, A: a weight is a number"),
        ("::A::x {\n=a\n=b\n~c}", "line 3, A: several = answers"),
        ("::A::x {hello =a ~b}", "line 1, A: an answer begins with = or ~"),
        ("::A::x {=a ~}", "line 1, A: an answer has no text"),
        ("::A::x {~a ~b}", "line 1, A: no option is right"),
        ("::A::x {=a ~a}", "line 1, A: two options say the same"),
        ("{=a ~b}", "line 1, {=a ~b}: a name has"),
        ("::A::x {#five}", "line 1, A: 'five' is no number"),
        ("::A::x {#\n=1\n=3..1}", "line 3, A: '3..1': a range begins"),
        ("", "the file: there is no question in this file"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_title(text, said):
    assert problems(text)[0].startswith(said) or said in problems(text)[0]


def test_bytes_that_are_no_text_are_told_with_their_line():
    parsed = read_gift(b"::A::x{T}\n\n::B::\xff{T}")
    assert "line 3" in str(parsed.problems[0])


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ("{}", "essay"),
        ("{=Grant =Ulysses}", "short answer"),
        ("{=a -> b =c -> d}", "matching"),
        ("{Grant}", "short answer"),
        ("", "description"),
    ],
)
def test_what_is_not_asked_here_stops_the_import_or_is_left_out(answers, kind):
    text = f"::Odd::text {answers}\n\n::B::y {{T}}"
    assert (
        f"line 1, Odd: this is {'an' if kind == 'essay' else 'a'}"[:20]
        in (problems(text)[0])
    )
    parsed = read_gift(text.encode(), leave_out=True)
    assert parsed.problems == ()
    assert [it.name for it in parsed.questions] == ["B"]
    assert kind in str(parsed.notes[0])


@settings(max_examples=60, deadline=None)
@given(banks())
def test_what_is_written_is_read_as_the_same_questions(bank):
    parsed = read_gift(write_gift(bank).encode())
    assert list(parsed.questions) == bank
    assert parsed.notes == ()
    assert parsed.problems == () or bank == []


READ = """
const { parse } = require("gift-pegjs")
let text = ""
process.stdin.on("data", it => text += it).on("end", () => {
  console.log(JSON.stringify(JSON.parse(text).map(it => parse(it))))
})
"""


def as_others_read(texts: list[str]) -> list[list[dict]]:
    """By the parser that GIFT's editors use, an independent one."""
    given_in = json.dumps(texts)
    done = subprocess.run(
        ["node", "-e", READ],
        cwd=ROOT,
        input=given_in,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_another_reader_of_gift_reads_what_we_write():
    if not PEG.is_dir() or shutil.which("node") is None:
        pytest.skip("the other reader is not installed: npm ci")
    bank = [
        Question(
            name="A: {b}",
            kind=QuestionKind.SINGLE,
            text="Is $\\frac{a}{b} = 1$?\n\n- # yes",
            options=(
                Option(text="%50% ~ yes", is_right=True, feedback="#1"),
                Option(text="[html] no", is_right=False),
            ),
            tags=("a b", "c"),
            feedback="So.",
        ),
        Question(
            name="M",
            kind=QuestionKind.MULTIPLE,
            text="Which?",
            options=tuple(Option(text=str(n), is_right=n < 3) for n in range(5)),
        ),
        Question(
            name="N",
            kind=QuestionKind.NUMERIC,
            text="How much?",
            spans=(
                Span(low=Decimal("1.5"), high=Decimal("2")),
                Span(low=Decimal("-3"), high=Decimal("-3")),
            ),
        ),
    ]
    single, multiple, numeric = as_others_read([write_gift(bank)])[0]
    assert single["title"] == "A: {b}"
    assert single["tags"] == ["a b", "c"]
    assert single["stem"] == {"format": "markdown", "text": bank[0].text}
    shown = [(it["isCorrect"], it["text"]["text"]) for it in single["choices"]]
    assert shown == [(True, "%50% ~ yes"), (False, "[html] no")]
    assert single["globalFeedback"]["text"] == "So."
    weights = [it["weight"] for it in multiple["choices"]]
    assert weights == [33.33333, 33.33333, 33.33333, -50, -50]
    assert numeric["type"] == "Numerical"
    assert numeric["choices"][0]["text"]["numberLow"] == 1.5
