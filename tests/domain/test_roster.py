"""A roster is right, or each problem is named by line and column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.domain.photos import PhotoUnusable, jpeg_size, require_photo
from app.accounts.domain.roster import TOLD_MAX, read_csv

HEADER = "srn,name,email,mobile\n"
GOOD = HEADER + "cro 0123, Asha  Rao ,asha@Example.org,98765 43210\n"


def problems(text: str) -> list[tuple[int, str, str]]:
    found = read_csv(text.encode()).problems
    return [(it.line, it.column, it.code) for it in found]


def test_a_good_line_is_read_however_it_was_typed():
    [line] = read_csv(GOOD.encode()).lines
    assert (line.number, line.srn, line.name) == (2, "CRO0123", "Asha Rao")
    assert (line.email, line.mobile) == ("asha@example.org", "+919876543210")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace("\n", "\r\n"),
        GOOD + "\n  \n",
        "Mobile,NAME,email,SRN\n98765 43210,Asha Rao,asha@example.org,CRO0123\n",
    ],
)
def test_spreadsheets_write_it_in_many_ways(text):
    sheet = read_csv(text.encode())
    assert sheet.problems == []
    assert [line.srn for line in sheet.lines] == ["CRO0123"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("?,Asha,a@b.org,", (2, "srn", "bad_srn")),
        (",Asha,a@b.org,", (2, "srn", "bad_srn")),
        ("CRO1,,a@b.org,", (2, "name", "bad_name")),
        (f"CRO1,{'x' * 121},a@b.org,", (2, "name", "bad_name")),
        ("CRO1,Asha,nobody,", (2, "email", "bad_email")),
        ("CRO1,Asha,,12", (2, "mobile", "bad_mobile")),
        ("CRO1,Asha,,", (2, "email", "no_contact")),
        ('CRO1,"Asha,a@b.org,', (2, "line", "broken")),
    ],
)
def test_each_problem_is_named_by_line_and_column(row, problem):
    assert problems(HEADER + row + "\n") == [problem]


def test_names_are_written_as_their_script_writes_them():
    joined, hidden = "র\u200d\u09cdযাচেল", "As\u200dha"
    [line] = read_csv(f"{HEADER}CRO1,{joined},a@b.org,\n".encode()).lines
    assert line.name == joined
    assert problems(f"{HEADER}CRO1,{hidden},a@b.org,\n") == [(2, "name", "bad_name")]


def test_all_the_problems_are_told_at_once():
    text = HEADER + "?,,x,y\nCRO1,Asha,a@b.org,\nCRO2,Ben,nobody,\n"
    assert problems(text) == [
        (2, "srn", "bad_srn"),
        (2, "name", "bad_name"),
        (2, "email", "bad_email"),
        (2, "mobile", "bad_mobile"),
        (4, "email", "bad_email"),
    ]


def test_a_doubled_srn_names_both_lines():
    sheet = read_csv((GOOD + "CRO0123,Other,o@b.org,\n").encode())
    [problem] = sheet.problems
    assert (problem.line, problem.column) == (3, "srn")
    assert "line 2" in problem.detail


def test_lines_are_those_of_the_file_also_after_a_name_of_two_lines():
    text = HEADER + '"CRO1","A\nB",a@b.org,\n?,Ben,b@b.org,\n'
    assert problems(text) == [(4, "srn", "bad_srn")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", (1, "srn", "missing_column")),
        ("name,email\nx,y\n", (1, "srn", "missing_column")),
        ("srn,name,name\n", (1, "name", "doubled_column")),
    ],
)
def test_a_header_that_lacks_a_column_is_named(text, problem):
    assert problem in problems(text)


def test_other_columns_are_ignored_and_named():
    sheet = read_csv(b"srn,name,email,batch\nCRO1,Asha,a@b.org,7\n")
    assert (len(sheet.lines), sheet.ignored) == (1, ["batch"])


def test_another_encoding_says_what_to_do_and_where():
    [problem] = read_csv((HEADER + "CRO1,Zoë,").encode("latin-1")).problems
    assert (problem.line, problem.code) == (2, "not_utf8")


def test_of_very_many_problems_the_first_are_told_and_all_counted():
    sheet = read_csv((HEADER + "?,Asha,a@b.org,\n" * 500).encode())
    assert (len(sheet.problems), sheet.problem_count) == (TOLD_MAX, 500)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(data):
    sheet = read_csv(data)
    assert sheet.problems or sheet.lines or data


def jpeg(width: int, height: int) -> bytes:
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + size + bytes(200)


def test_the_size_of_a_jpeg_is_read_from_its_header():
    assert jpeg_size(jpeg(200, 250)) == (200, 250)
    require_photo(jpeg(200, 250))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG" + bytes(200),
        b"\xff\xd8\xff" + bytes(200),
        jpeg(8192, 8192),
        jpeg(10, 10),
        jpeg(200, 250) + bytes(2 * 1024 * 1024),
    ],
)
def test_what_is_no_profile_photo_is_refused(data):
    with pytest.raises(PhotoUnusable):
        require_photo(data)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_size_or_none(data):
    size = jpeg_size(b"\xff\xd8\xff" + data)
    assert size is None or all(0 <= side <= 0xFFFF for side in size)
