"""Packages that another exporter writes come in, and go out as the same questions."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from app.exams.domain.gift import read_gift
from app.exams.domain.gift_writer import write_gift
from app.exams.domain.qti import read_qti
from app.exams.domain.qti_writer import write_qti
from app.exams.domain.questions import QuestionKind
from app.exams.domain.sheet import read_sheet, write_sheet
from tests.domain.test_qti import _without_sidecar

BANKS = os.environ.get("SPOM_BANKS", "")
"""A folder of banks of your own: .gift and .zip files, to prove the reader on."""


PYSLET = Path(__file__).parents[2] / "var" / "banks" / "pyslet-0.7.20170805.tar.gz"


def same_everywhere(bank, pictures=None) -> None:
    assert list(read_gift(write_gift(bank).encode()).questions) == bank
    assert list(read_sheet(write_sheet(bank).encode()).questions) == bank
    packed = write_qti(bank, pictures or {})
    assert list(read_qti(packed).questions) == bank
    assert list(read_qti(_without_sidecar(packed)).questions) == bank


def test_what_a_blackboard_package_says_is_read(tmp_path, monkeypatch):
    """By qti-package-maker, which writes QTI 2.1 for Blackboard. It needs a compiler to
    be installed, so it is no dependency: `pip install qti-package-maker` proves it."""
    maker = pytest.importorskip("qti_package_maker.package_interface")
    monkeypatch.chdir(tmp_path)
    made = maker.QTIPackageInterface("demo", verbose=False, allow_mixed=True)
    text = "<p>Which is <b>water</b> &amp; no gas?</p>"
    made.add_item("MC", (text, ["H<sub>2</sub>O", "CO", "N"], "H<sub>2</sub>O"))
    made.add_item("MA", ("<p>Even?</p>", ["2", "3", "4"], ["2", "4"]))
    made.add_item("NUM", ("<p>How much is pi?</p>", 3.14159, 0.01, True))
    made.add_item("FIB", ("<p>Name it.</p>", ["a", "b"]))
    name = str(tmp_path / "bank.zip")
    made.save_package("blackboard_qti_v2_1", name)
    parsed = read_qti(Path(name).read_bytes(), leave_out=True)
    assert parsed.problems == ()
    assert [str(it.kind) for it in parsed.questions] == list(QuestionKind)
    assert parsed.questions[0].text == "Which is **water** & no gas?"
    assert [it.text for it in parsed.questions[0].options] == ["H₂O", "CO", "N"]
    assert "short answer" in str(parsed.notes[0])
    same_everywhere(list(parsed.questions))


def packed(folder: str) -> bytes:
    """A folder of the package that Pyslet ships, as the zip that it would be."""
    if not PYSLET.exists():
        pytest.fail("a bank to try is missing: run make banks")
    into = io.BytesIO()
    with tarfile.open(PYSLET) as shipped, zipfile.ZipFile(into, "w") as made:
        for it in shipped.getmembers():
            _, found, name = it.name.partition(f"/unittests/{folder}/")
            if found and it.isfile() and (file := shipped.extractfile(it)):
                made.writestr(name, file.read())
    return into.getvalue()


def test_the_examples_of_the_consortium_come_in_and_go_out_the_same():
    """As Pyslet exported them from QTI 1.2, by the rules of the IMS consortium: of 20
    items we ask seven, and each of the others says why it is left out."""
    parsed = read_qti(packed("data_imsqtiv1p2p1/outputv2"), leave_out=True)
    assert parsed.problems == ()
    asked = {it.name: it for it in parsed.questions}
    assert {str(it.kind) for it in parsed.questions} == set(QuestionKind)
    assert len(asked) == 7
    assert len({it.file for it in parsed.notes}) == 14  # one of them is asked, too
    several = asked["Simple Multiple Response Item"]
    right = [it.text for it in several.options if it.is_right]
    assert right == [
        "Chain splitting tool",
        "Set of metric allen keys",
        "Small cross-headed screwdriver",
    ]
    assert len(parsed.pictures) == 4
    same_everywhere(list(parsed.questions), dict(parsed.pictures))


def test_plain_items_without_a_manifest_come_in():
    made = zipfile.ZipFile(io.BytesIO(packed("data_imsqtiv2p1/basic")))
    asked = read_qti(made.read("q1.xml"), leave_out=True)
    assert "draws its values" in str(asked.notes[0])


@pytest.mark.skipif(not BANKS, reason="SPOM_BANKS names no folder of banks")
def test_the_banks_of_a_folder_come_in_and_go_out_the_same():
    for path in sorted(Path(BANKS).iterdir()):
        read = read_qti if path.suffix in (".zip", ".xml") else read_gift
        parsed = read(path.read_bytes(), leave_out=True)
        assert parsed.problems == (), path.name
        assert parsed.questions, path.name
        same_everywhere(list(parsed.questions))


DOC = Path(__file__).parents[2] / "docs" / "authoring.md"


def test_the_examples_for_authors_come_in():
    blocks = DOC.read_text().split("## Question banks")[1].split("```")[1::2]
    gift, sheet = (it.strip().encode() for it in blocks)
    for parsed, count in ((read_gift(gift), 4), (read_sheet(sheet), 2)):
        assert parsed.problems == parsed.notes == ()
        assert len(parsed.questions) == count
