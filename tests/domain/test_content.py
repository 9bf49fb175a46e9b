"""Reading a folder of content: what is wrong is told by file and line, all of it."""

import shutil
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.learning.content.problems import ContentRefused, Problem
from app.learning.content.reader import read_course

COURSE = Path(__file__).parents[2] / "app" / "learning" / "course"
TOPIC = '+++\ntitle = "One"\nminutes = 5\n+++\n# One\n\nWords.\n'
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def course(tmp_path):
    """A small course that is right; a test spoils it."""
    module = tmp_path / "A" / "LAW"
    (module / "files").mkdir(parents=True)
    (tmp_path / "A" / "set.toml").write_text('title = "Set A"\nmandatory = true\n')
    (module / "module.toml").write_text('title = "Law"\nhours = 40\nsummary = "It."\n')
    (module / "01-one.md").write_text(TOPIC)
    return tmp_path


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(ContentRefused) as refused:
        read_course(folder)
    return [str(it) for it in refused.value.problems]


def test_the_sample_course_is_well():
    sets = read_course(COURSE)
    assert [it.code for it in sets] == ["A", "B", "C", "D"]
    assert [it.mandatory for it in sets] == [True, True, False, False]
    law = sets[0].modules[0]
    assert (law.hours, law.pass_mark, law.fee.minor) == (40, 50, 50_000)
    assert all(it.body.strip() for it in law.topics)


def test_a_right_course_is_read(course):
    (course / "A" / "LAW" / "files" / "dot.png").write_bytes(PNG)
    topic = TOPIC + "\n![A dot](files/dot.png) and [law](https://example.org/law).\n"
    (course / "A" / "LAW" / "01-one.md").write_text(topic)
    module = read_course(course)[0].modules[0]
    assert module.topics[0].code == "one"
    assert module.files[0].media_type == "image/png"


LAW = "A/LAW"
SPOILED = {
    "no front matter": (
        f"{LAW}/01-one.md",
        "# One\n",
        f"{LAW}/01-one.md:1: begin with",
    ),
    "broken TOML": (
        f"{LAW}/01-one.md",
        '+++\ntitle = "One"\nminutes = = 5\n+++\nText\n',
        f"{LAW}/01-one.md:3: this is no TOML",
    ),
    "wrong value": (
        f"{LAW}/01-one.md",
        '+++\ntitle = "One"\nminutes = -1\n+++\nText\n',
        f"{LAW}/01-one.md:3: minutes:",
    ),
    "unknown key": (
        f"{LAW}/01-one.md",
        '+++\ntitle = "One"\nminutes = 5\nminuts = 5\n+++\nText\n',
        f"{LAW}/01-one.md:4: minuts: there is no such setting here",
    ),
    "missing key": (
        f"{LAW}/module.toml",
        'title = "Law"\nhours = 40\n',
        f"{LAW}/module.toml:1: summary: this is missing",
    ),
    "endless hours": (
        f"{LAW}/module.toml",
        'title = "Law"\nsummary = ""\nhours = inf\n',
        f"{LAW}/module.toml:3: hours:",
    ),
    "empty topic": (
        f"{LAW}/01-one.md",
        '+++\ntitle = "One"\nminutes = 5\n+++\n',
        f"{LAW}/01-one.md:5: there is nothing to read",
    ),
    "missing picture": (
        f"{LAW}/01-one.md",
        TOPIC + "\n![x](files/none.png)\n",
        f"{LAW}/01-one.md:9: there is no files/none.png",
    ),
    "picture from elsewhere": (
        f"{LAW}/01-one.md",
        TOPIC + "\n![x](https://example.org/x.png)\n",
        f"{LAW}/01-one.md:9: a picture has to be one of the module's files",
    ),
    "control character": (
        f"{LAW}/01-one.md",
        TOPIC + "\nA\x00B\n",
        f"{LAW}/01-one.md:9: has a control character",
    ),
    "duplicate code": (
        f"{LAW}/02-one.md",
        TOPIC,
        f"{LAW}/02-one.md: the code one is taken by 01-one.md",
    ),
    "badly named topic": (f"{LAW}/Two.md", TOPIC, f"{LAW}/Two.md: name a topic like"),
    "script for a picture": (
        f"{LAW}/files/x.svg",
        "<svg onload='alert(1)'/>",
        f"{LAW}/files/x.svg: we take",
    ),
    "a page that says it is a picture": (
        f"{LAW}/files/x.png",
        "<html><script>alert(1)</script>",
        f"{LAW}/files/x.png: is no image/png",
    ),
    "a PDF that runs something": (
        f"{LAW}/files/x.pdf",
        "%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (x) >> >>",
        f"{LAW}/files/x.pdf: this PDF does more than show pages",
    ),
    "a module without set": ("X/M1/module.toml", "", "X: unknown set"),
    "a set of two that is mandatory": (
        "A/LAW2/module.toml",
        'title = "Law"\nhours = 40\nsummary = ""\n',
        "A/set.toml:1: mandatory: such a set has one module",
    ),
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_is_wrong_is_told_by_file_and_line(course, case):
    name, text, expected = SPOILED[case]
    path = course / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    found = problems_of(course)
    assert any(it.startswith(expected) for it in found), found


def test_the_same_code_in_two_sets_is_refused(course):
    (course / "B").mkdir()
    shutil.copytree(course / "A" / "LAW", course / "B" / "LAW")
    (course / "B" / "set.toml").write_text('title = "B"\nmandatory = false\n')
    assert problems_of(course) == ["B/LAW: the code LAW is taken by set A"]


def test_all_problems_are_told_at_once(course):
    (course / "A" / "LAW" / "01-one.md").write_text("x")
    (course / "A" / "LAW" / "02-two.md").write_text("y")
    assert len(problems_of(course)) == 2


def test_links_out_of_the_folder_are_refused(course):
    (course / "A" / "LAW" / "files" / "x.png").symlink_to("/etc/passwd")
    assert "is a link" in problems_of(course)[0]


def test_giants_are_refused_before_they_are_read(course):
    with (course / "A" / "LAW" / "02-big.md").open("wb") as file:
        file.truncate(10 * 1024**3)  # sparse: nobody could read it into memory
    with (course / "A" / "LAW" / "files" / "big.png").open("wb") as file:
        file.truncate(3 * 1024**3)
    found = problems_of(course)
    assert len(found) == 2
    assert all("MB" in it or "KB" in it for it in found)


def test_a_small_file_that_claims_a_huge_picture_is_refused(course):
    size = PNG[12:16] + bytes.fromhex("0000ffff" * 2) + PNG[24:29]
    huge = PNG[:12] + size + zlib.crc32(size).to_bytes(4, "big") + PNG[33:]
    (course / "A" / "LAW" / "files" / "huge.png").write_bytes(huge)
    assert "pixels" in problems_of(course)[0]


bytes_or_text = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(str.encode),
    st.builds(
        lambda head, body: b"+++\n" + head + b"\n+++\n" + body,
        st.text(max_size=80).map(str.encode),
        st.text(max_size=200).map(str.encode),
    ),
    st.sampled_from(
        [b"[" * 5_000, b"+++\na=" + b"[" * 9_000 + b"\n+++\n", b"> " * 4_000]
    ),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    where=st.sampled_from(
        [
            "A/set.toml",
            f"{LAW}/module.toml",
            f"{LAW}/01-one.md",
            f"{LAW}/files/f.png",
            f"{LAW}/files/f.vtt",
            "Z/set.toml",
        ]
    ),
    what=bytes_or_text,
)
def test_whatever_lies_there_it_is_read_or_refused(course, where, what):
    path = course / where
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(what)
    told: list[Problem] = []
    try:
        told_sets = [it.code for it in read_course(course)]
    except ContentRefused as refused:
        told_sets, told = [], refused.problems
    finally:
        path.unlink() if before is None else path.write_bytes(before)
        shutil.rmtree(course / "Z", ignore_errors=True)
    # Read whole, or refused with a place and a reason: never neither.
    assert told_sets[:1] == ["A"] or told
    assert all(it.path and it.text for it in told)
