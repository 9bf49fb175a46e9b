"""QTI 2 as other systems write it, packages from strangers, and our own."""

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from app.exams.domain import archives
from app.exams.domain.qti import MANIFEST, SIDECAR, read_qti
from app.exams.domain.qti_writer import write_item, write_qti
from app.exams.domain.questions import Option, Question, QuestionKind, Span
from tests.domain.questions_made import banks

NS = 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"'
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def item(declared: str, body: str, after: str = "", title: str = "T") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem {NS} identifier="i1" title="{title}" adaptive="false">
{declared}
<itemBody>{body}</itemBody>
{after}
</assessmentItem>""".encode()


def declared(values: str, cardinality: str = "single", kind: str = "identifier") -> str:
    right = "".join(f"<value>{it}</value>" for it in values.split())
    return (
        f'<responseDeclaration identifier="R" cardinality="{cardinality}" '
        f'baseType="{kind}"><correctResponse>{right}</correctResponse>'
        "</responseDeclaration>"
    )


def choices(most: int = 1, inner: str = "") -> str:
    options = inner or "".join(
        f'<simpleChoice identifier="{it}">{it.lower()}</simpleChoice>' for it in "ABC"
    )
    return (
        f'<choiceInteraction responseIdentifier="R" shuffle="true" maxChoices="{most}">'
        f"<prompt>Which?</prompt>{options}</choiceInteraction>"
    )


GAP = '<p>How much? <textEntryInteraction responseIdentifier="R"/></p>'
NUMBER = declared("2.5", kind="float")


def only(content: bytes) -> Question:
    parsed = read_qti(content)
    assert parsed.problems == ()
    assert len(parsed.questions) == 1
    return parsed.questions[0]


def problem(content: bytes, **extra: bool) -> str:
    return str(read_qti(content, **extra).problems[0])


def package(**files: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def manifest(*hrefs: str, kind: str = "imsqti_item_xmlv2p1") -> str:
    resources = "\n".join(
        f'<resource identifier="r{n}" type="{kind}" href="{it}"/>'
        for n, it in enumerate(hrefs)
    )
    return f'<manifest xmlns="x"><resources>\n{resources}\n</resources></manifest>'


def test_one_choice_of_several():
    it = only(item(declared("B"), f"<p>A <b>tale</b></p>{choices()}"))
    assert it.name == "T"
    assert it.kind is QuestionKind.SINGLE
    assert it.text == "A **tale**\n\nWhich?"
    assert [(one.text, one.is_right) for one in it.options] == [
        ("a", False),
        ("b", True),
        ("c", False),
    ]


def test_an_item_without_a_namespace_is_taken_for_one_of_qti_2():
    content = item(declared("B"), choices()).replace(NS.encode(), b"")
    assert only(content).name == "T"
    other = item(declared("B"), choices()).replace(b"imsqti_v2p1", b"other")
    assert "is no assessmentItem of QTI 2" in problem(other)


def test_several_choices_and_what_is_said_of_them():
    after = """<modalFeedback outcomeIdentifier="F" identifier="A" showHide="show">No.
</modalFeedback><modalFeedback outcomeIdentifier="G" identifier="x" showHide="show">
<p>So it is.</p></modalFeedback>"""
    it = only(item(declared("B C", "multiple"), choices(0), after))
    assert it.kind is QuestionKind.MULTIPLE
    assert [one.is_right for one in it.options] == [False, True, True]
    assert it.options[0].feedback == "No."
    assert it.feedback == "So it is."


def test_feedback_within_a_choice_is_not_shown_before():
    inner = (
        '<simpleChoice identifier="A">a<feedbackInline outcomeIdentifier="F" '
        'identifier="A" showHide="show">well done</feedbackInline></simpleChoice>'
        '<simpleChoice identifier="B">b</simpleChoice>'
    )
    it = only(item(declared("A"), choices(inner=inner)))
    assert it.options[0] == Option(text="a", is_right=True, feedback="well done")


def test_points_of_a_mapping_say_what_is_right():
    mapping = """<responseDeclaration identifier="R" cardinality="multiple"
baseType="identifier"><mapping defaultValue="0"><mapEntry mapKey="A" mappedValue="1"/>
<mapEntry mapKey="B" mappedValue="0.5"/><mapEntry mapKey="C" mappedValue="-1"/>
</mapping></responseDeclaration>"""
    it = only(item(mapping, choices(0)))
    assert [one.is_right for one in it.options] == [True, True, False]


@pytest.mark.parametrize(
    ("processing", "low", "high"),
    [
        ("", "2.5", "2.5"),
        ('<equal toleranceMode="exact">{}</equal>', "2.5", "2.5"),
        (
            '<equal toleranceMode="absolute" tolerance="0.1 0.2">{}</equal>',
            "2.4",
            "2.7",
        ),
        ('<equal toleranceMode="relative" tolerance="10">{}</equal>', "2.25", "2.75"),
        (
            '<equalRounded roundingMode="decimalPlaces" figures="1">{}</equalRounded>',
            "2.45",
            "2.55",
        ),
        (
            '<and><gte><variable identifier="R"/><baseValue baseType="float">2'
            '</baseValue></gte><lte><variable identifier="R"/><baseValue '
            'baseType="float">3</baseValue></lte></and>',
            "2",
            "3",
        ),
    ],
)
def test_numbers_and_the_room_around_them(processing, low, high):
    both = '<variable identifier="R"/><correct identifier="R"/>'
    after = f"<responseProcessing>{processing.format(both)}</responseProcessing>"
    it = only(item(NUMBER, GAP, after))
    assert it.kind is QuestionKind.NUMERIC
    assert it.text == "How much?"
    assert it.spans == (Span(low=Decimal(low), high=Decimal(high)),)


def test_mathml_becomes_tex():
    maths = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><msup><mi>x</mi>'
        "<mn>2</mn></msup><mo>≤</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></mrow></math>"
    )
    it = only(item(declared("A"), f"<p>Is {maths}?</p>{choices()}"))
    assert it.text.startswith(r"Is ${x}^{2}\le \frac{1}{2}$?")


def test_an_annotation_in_tex_goes_before():
    maths = (
        "<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>"
        r"\hat x</annotation></semantics></math>"
    )
    it = only(item(declared("A"), f"<p>{maths}</p>{choices()}"))
    assert it.text.startswith(r"$\hat x$")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<a>\n<b></a>", "line 2: this is no XML: mismatched tag"),
        (b"", "line 1: this is no XML"),
        (b"<!DOCTYPE a>\n<a/>", "line 1: has a DOCTYPE"),
        (b"<a>&nbsp;</a>", "line 1: this is no XML: undefined entity"),
        (b"<questestinterop/>", "line 1, <questestinterop>: this is QTI 1.2"),
        (b"<qti-assessment-item/>", "this is QTI 3"),
        (b"<manifest/>", "is no assessmentItem of QTI 2"),
        (item(declared("D"), choices()), "line 3, <assessmentItem> i1: 'D' is right"),
        (item("", choices()), "line 4, <assessmentItem> i1: <choiceInteraction> names"),
        (
            item('<responseDeclaration identifier="R"/>', choices()),
            "line 3, <assessmentItem> i1: <responseDeclaration> says of no answer",
        ),
        (
            item(declared("two", kind="float"), GAP),
            "line 3, <assessmentItem> i1: <value>: 'two' is no number",
        ),
    ],
)
def test_what_is_wrong_is_told_with_line_and_element(content, said):
    assert said in problem(content)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<p>Read.</p>", "a text without a question"),
        (choices() + choices(), "several questions in one"),
        ('<orderInteraction responseIdentifier="R"/>', "a orderInteraction"),
        (GAP, "a short answer"),
        (f'<img src="http://a/b.png" alt=""/>{choices()}', "a picture from elsewhere"),
        (f'<object data="a.wav" type="audio/wav"/>{choices()}', "a sound or a film"),
    ],
)
def test_what_is_not_asked_here_stops_or_is_left_out(body, said):
    content = item(declared("A"), body)
    assert said in problem(content)
    packed = package(
        **{MANIFEST: manifest("a.xml", "b.xml"), "a.xml": content},
        **{"b.xml": item(declared("A"), choices())},
    )
    parsed = read_qti(packed, leave_out=True)
    assert len(parsed.questions) == 1
    assert said in str(parsed.notes[0])
    assert str(parsed.notes[0]).startswith("a.xml, line 2")


def test_an_item_without_a_body_is_left_out():
    empty = item(declared("A"), choices()).replace(b"itemBody", b"templateBlock")
    assert "without anything to read" in problem(empty)


def test_a_billion_laughs_are_not_heard():
    bomb = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    assert "DOCTYPE" in problem(bomb)


def test_deep_and_endless_xml_is_refused():
    assert "too deep" in problem(b"<a>" * 200)
    assert "too many" in problem(b"<a>" + b"<b/>" * 60_000 + b"</a>")


@pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "a\\b.xml", "c:/a.xml"])
def test_a_path_that_leads_out_of_a_package_is_refused(name):
    assert "leads out of the package" in problem(package(**{name: "x"}))


def test_a_zip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "FILE_MOST", 1000)
    packed = package(**{MANIFEST: manifest("a.xml"), "a.xml": " " * 100_000})
    assert "too large" in problem(packed)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.xml": "x"}, "there is no imsmanifest.xml"),
        ({MANIFEST: manifest("a.xml")}, "line 2, resource: a.xml is not in the"),
        ({MANIFEST: "<a>\n<"}, "imsmanifest.xml, line 2: this is no XML"),
        (
            {MANIFEST: manifest("a.xml", kind="imsqti_xmlv1p2")},
            "this is a package of QTI 1.2",
        ),
        ({MANIFEST: manifest("a.xml", kind="webcontent")}, "names no item of QTI 2"),
        (
            {MANIFEST: manifest("a.xml"), "a.xml": b"<assessmentItem>\n"},
            "a.xml, line 2: this is no XML",
        ),
    ],
)
def test_what_is_wrong_with_a_package_is_told(files, said):
    assert said in problem(package(**files))


def test_broken_zips_are_refused():
    whole = package(**{MANIFEST: manifest("a.xml"), "a.xml": "x" * 1000})
    assert "broken" in problem(whole[:60])


def test_pictures_of_a_package_come_along():
    body = f'<p><img src="../media/my%20map.png" alt="A map"/></p>{choices()}'
    files = {
        MANIFEST: manifest("items/a.xml"),
        "items/a.xml": item(declared("A"), body),
        "media/my map.png": PNG,
    }
    parsed = read_qti(package(**files))
    assert parsed.problems == ()
    assert parsed.questions[0].text.startswith("![A map](files/my_map.png)")
    assert parsed.pictures == {"my_map.png": PNG}


def test_a_picture_is_known_by_its_content():
    body = f'<p><img src="a.png" alt=""/></p>{choices()}'
    files = {
        MANIFEST: manifest("a.xml"),
        "a.xml": item(declared("A"), body),
        "a.png": "<svg/>",
    }
    assert "no PNG, JPEG, GIF or WebP" in problem(package(**files))


@settings(max_examples=40, deadline=None)
@given(banks())
def test_a_package_is_read_as_the_same_questions(bank):
    parsed = read_qti(write_qti(bank, {}))
    if bank:
        assert list(parsed.questions) == bank
        assert parsed.problems == parsed.notes == ()


def _without_sidecar(packed: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed)) as made:
        files = {it: made.read(it) for it in made.namelist() if it != SIDECAR}
    return package(**files)


def _in_words(question: Question, number: int) -> Question:
    """With texts that any HTML can say."""
    options = tuple(
        replace(it, text=f"option {n}", feedback="")
        for n, it in enumerate(question.options)
    )
    return replace(question, text=f"Question {number}?", options=options)


@settings(max_examples=30, deadline=None)
@given(banks())
def test_its_xml_alone_says_the_same_of_what_is_right(bank):
    """As another system reads it."""
    bank = [replace(_in_words(it, n), feedback="") for n, it in enumerate(bank)]
    parsed = read_qti(_without_sidecar(write_qti(bank, {})))
    assert list(parsed.questions) == bank


PLAIN = Question(
    name='A "plain" & simple <one>',
    kind=QuestionKind.MULTIPLE,
    text="Is $x < y$ **bold** & *true*?\n\n![Map](files/m.png)\n\n- one\n- two",
    options=(
        Option(text="$$\\frac{a}{b}$$", is_right=True, feedback="Yes, *really*."),
        Option(text="a \\* b < c", is_right=True),
        Option(text="no", is_right=False),
    ),
    tags=("law & order", "costs"),
    feedback="Read chapter 2.",
)


def test_the_texts_are_the_same_from_the_xml_alone():
    packed = _without_sidecar(write_qti([PLAIN], {"m.png": PNG}))
    assert only(packed) == PLAIN


def test_an_item_changed_by_another_system_counts_as_it_is_now():
    with zipfile.ZipFile(io.BytesIO(write_qti([PLAIN], {"m.png": PNG}))) as made:
        files = {it: made.read(it) for it in made.namelist()}
    name = next(it for it in files if it.startswith("items/"))
    files[name] = files[name].replace(b"chapter 2", b"chapter 3")
    assert only(package(**files)).feedback == "Read chapter 3."


def test_an_item_is_the_same_bytes_each_time():
    assert write_item(PLAIN) == write_item(PLAIN)
    assert write_qti([PLAIN], {}) == write_qti([PLAIN], {})
    assert re.search(r'identifier="q-[0-9a-f]{16}"', write_item(PLAIN))
