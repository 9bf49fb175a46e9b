"""Questions in a sheet: the same again, safe in a spreadsheet, wrong by the line."""

import csv
import io

import pytest
from hypothesis import given, settings

from app.exams.domain.questions import QuestionKind
from app.exams.domain.sheet import read_sheet, write_sheet
from tests.domain.questions_made import banks

HEAD = "name,kind,text,option1,option2,option3,right,low,high,tags,feedback\n"


def problem(text: str) -> str:
    return str(read_sheet(text.encode()).problems[0])


@settings(max_examples=60, deadline=None)
@given(banks())
def test_a_sheet_is_read_as_the_same_questions(bank):
    parsed = read_sheet(write_sheet(bank).encode())
    assert list(parsed.questions) == bank
    assert parsed.problems == () or bank == []


@settings(max_examples=40, deadline=None)
@given(banks())
def test_no_cell_is_a_formula(bank):
    for row in csv.reader(io.StringIO(write_sheet(bank), newline="")):
        for cell in row:
            risky = cell[:1] in ("=", "+", "@", "\t") or cell[:1] == "-"
            assert not risky or cell.replace(".", "").replace(" ", "")[1:].isdigit()


def test_a_sheet_of_a_spreadsheet_comes_in():
    text = (
        "\ufeffName;Kind;Text;Option1;Option2;Right\r\n"
        'A;single;"Two\r\nlines";yes;no;1\r\n;;;;;\r\nB;multiple;Which?;x;y;1, 2\r\n'
    )
    parsed = read_sheet(text.encode())
    assert parsed.problems == ()
    one, two = parsed.questions
    assert one.text == "Two\nlines"
    assert two.kind is QuestionKind.MULTIPLE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,kind\n", "line 1, header: the column text is needed"),
        ("name,kind,text,colour\n", "line 1, header: there is no column 'colour'"),
        (HEAD + "A,essay,x\n", "line 2, A: column kind: 'essay'"),
        (HEAD + "A,single,x,a,b,,3\n", "line 2, A: column right: '3'"),
        (HEAD + 'A,single,"x\ny",a,b,,1\nB,single,x,a,b,,\n', "line 4, B: column ri"),
        (HEAD + "A,single,x,a,b,,1 2\n", "line 2, A: a single choice has one right"),
        (HEAD + 'A,numeric,x,,,,,"1,5",2\n', "line 2, A: column low: '1,5'"),
        (HEAD + "A,numeric,x,,,,,1 2,2\n", "line 2, A: column high"),
        (HEAD + "A,single,,a,b,,1\n", "line 2, A: there is no text"),
        (HEAD + 'A,single,"x\n', "this is no CSV"),
        (HEAD + "A,single,x,a,b,,1,,,,,more\n", "line 2 has 1 cells more"),
        (HEAD, "there is no question"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(text, said):
    assert said in problem(text)
