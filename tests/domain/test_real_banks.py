"""Packages that another exporter writes come in, and go out as the same questions."""

import os
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


def same_everywhere(bank) -> None:
    assert list(read_gift(write_gift(bank).encode()).questions) == bank
    assert list(read_sheet(write_sheet(bank).encode()).questions) == bank
    packed = write_qti(bank, {})
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
