"""Certificates: what they say, on paper and as text, and what a forger meets."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.signing import BadKeys, PublicKeys, Signer, fingerprint, seal_text
from app.exams.domain import exam_letters
from app.exams.domain.certificates import (
    NotACertificate,
    lines_of,
    text_of,
)
from app.exams.domain.exam_letters import Told
from app.exams.domain.grading import Grade
from app.exams.domain.results import (
    Hold,
    Incident,
    Sat,
    SayWhy,
    State,
    Undecided,
    reason_of,
    result,
)
from app.exams.printed.certificate import certificate_pdf
from app.exams.printed.checking import check
from tests.printed import CERTIFICATE, NOW, SIGNER

IT = CERTIFICATE
SEALED = seal_text(text_of(IT), SIGNER)
PDF = certificate_pdf(SEALED.decode(), NOW, SIGNER)


def test_a_certificate_says_who_what_and_when():
    assert lines_of(SEALED.decode()) == {
        "number": "C-000123",
        "issued by": "Institute of Examples",
        "name": "Asha Rao",
        "srn": "ASHA001",
        "module": "CEL Company and economic law",
        "passed on": "2026-11-28",
        "issued at": "2026-11-28T20:30:00Z",
        "check": "https://study.example.org/certificates/7",
    }
    with_score = text_of(replace(IT, percent=Decimal("49.9999999999")))
    assert "score: 49.9 %\n" in with_score


@given(st.text(min_size=1, max_size=60))
def test_no_name_adds_a_line_of_its_own(name):
    sealed = seal_text(text_of(replace(IT, name=name)), SIGNER)
    says = lines_of(sealed.decode())
    assert list(says) == list(lines_of(SEALED.decode()))
    assert says["srn"] == "ASHA001"
    assert check(sealed, SIGNER).is_whole


def test_a_name_keeps_the_joiners_it_is_spelt_with():
    name = "র\N{ZERO WIDTH JOINER}্যাচেল"
    assert f"name: {name}\n" in text_of(replace(IT, name=name))


def test_the_pdf_is_the_same_each_time_has_the_signed_text_in_it_and_is_signed():
    assert certificate_pdf(SEALED.decode(), NOW, SIGNER) == PDF
    read = pypdf.PdfReader(BytesIO(PDF), strict=True)
    assert read.attachments == {"certificate.txt": [SEALED]}
    words = read.pages[0].extract_text()
    for word in ("Asha Rao", "ASHA001", "Company and economic law", "C-000123"):
        assert word in words
    assert fingerprint(SEALED) in words
    assert "28 November 2026" in words
    found = check(PDF, SIGNER)
    assert found.is_whole
    assert found.says == lines_of(SEALED.decode())


def test_a_page_that_was_changed_is_not_genuine_though_its_text_is():
    changed = PDF.replace(b"/Rotate 0", b"/Rotate 9").replace(b"MediaBox", b"MediaBux")
    assert changed != PDF
    found = check(changed, SIGNER)
    assert not found.is_whole
    assert found.says is not None
    for at in range(0, len(PDF), 997):
        byte = bytes([PDF[at] ^ 1])
        assert not check(PDF[:at] + byte + PDF[at + 1 :], SIGNER).is_whole
    assert not check(PDF + b"\n", SIGNER.__class__("t" * 40)).is_whole


def test_what_is_added_at_the_end_is_noticed():
    more = PDF + b"1 0 obj\n<<>>\nendobj\n%%EOF\n"
    assert not check(more, SIGNER).is_whole
    again = more + f"% signature: {Signer('t' * 40).sign(more)}\n".encode()
    assert not check(again, SIGNER).is_whole


def test_the_public_key_alone_is_enough_and_another_s_is_not():
    keys = json.dumps({"keys": [SIGNER.jwk()]}).encode()
    assert check(PDF, PublicKeys(keys)).is_whole
    assert check(SEALED, PublicKeys(keys)).is_whole
    strange = json.dumps({"keys": [Signer("t" * 40).jwk()]}).encode()
    assert not check(SEALED, PublicKeys(strange)).is_whole
    for rubbish in (b"", b"{}", b'{"keys": []}', b"[1]", b'{"keys": [{"kty": "oct"}]}'):
        with pytest.raises(BadKeys):
            PublicKeys(rubbish)


def test_a_text_saved_with_other_line_ends_is_genuine():
    assert check(SEALED.replace(b"\n", b"\r\n"), SIGNER).is_whole
    assert not check(SEALED.replace(b"Asha", b"Asho"), SIGNER).is_whole


def test_another_text_that_we_signed_is_no_certificate():
    statement = seal_text("kind,id\nstudent,ASHA001\n", SIGNER)
    assert check(statement, SIGNER).says is None
    assert not check(statement, SIGNER).is_whole
    body = b"%PDF-1.7 something else"
    paper = body + f"% signature: {SIGNER.sign(body)}\n".encode()
    assert not check(paper, SIGNER).is_whole
    with pytest.raises(NotACertificate):
        lines_of("")


# --- what a result is ----------------------------------------------------------------

GRADE = Grade(points=3, of_points=4, percent=Decimal(75), passed=True, by_tag={})
SAT = Sat(
    exam=UUID(int=1),
    account=UUID(int=2),
    name="Asha Rao",
    srn="ASHA001",
    time_zone="Asia/Kolkata",
    is_erased=False,
    module="CEL",
    title="Company and economic law",
    drawn_at=NOW,
    started_at=NOW,
    ended_at=NOW,
    ended_why="handed_in",
    pass_mark=50,
    cooling_s=3600,
    hold=None,
    ruling=None,
    told=None,
    grade=GRADE,
    graded_at=NOW,
    gradings=1,
    certificate=None,
)
FAILED = replace(GRADE, points=1, percent=Decimal(25), passed=False)
INCIDENT = Incident(incident=UUID(int=3), is_open=True)
OPEN = Undecided(incidents=[INCIDENT])
DECIDED = Undecided(incidents=[replace(INCIDENT, is_open=False)])


def test_a_result_is_held_while_an_incident_is_open_or_an_admin_says_so():
    assert result(SAT).state is State.PASSED
    assert result(SAT, DECIDED).state is State.PASSED
    assert result(SAT, Undecided(looks=1)).state is State.HELD
    held = result(SAT, OPEN)
    assert held.state is State.HELD
    assert held.grade is None
    by_hand = replace(SAT, hold=Hold(by=None, why="A reason of ours.", at=NOW))
    assert result(by_hand).state is State.HELD
    assert result(replace(SAT, grade=None)).state is State.WAITING
    assert result(replace(SAT, ended_at=None), OPEN).state is State.WAITING


def test_who_failed_waits_as_long_as_the_module_asks_and_who_passed_never():
    failed = result(replace(SAT, grade=FAILED))
    till = NOW + timedelta(hours=1)
    assert failed.cooling_till(NOW) == till
    assert failed.cooling_till(till) is None
    assert result(SAT).cooling_till(NOW) is None
    empty = replace(FAILED, points=0, of_points=0, percent=Decimal(0))
    nothing = result(replace(SAT, grade=empty))
    assert nothing.is_empty
    assert nothing.cooling_till(NOW) is None


def test_a_pass_below_the_mark_is_one_that_was_kept():
    assert result(replace(SAT, grade=replace(FAILED, passed=True))).is_kept
    assert not result(SAT).is_kept


@pytest.mark.parametrize("why", ["", "too short", "x" * 501, "bell \x07 " * 3])
def test_a_reason_is_one_that_can_be_read(why):
    with pytest.raises(SayWhy):
        reason_of(why)


TOLD = Told(
    name="Asha Rao",
    module="Company and economic law",
    ended_at=NOW,
    time_zone="Asia/Kolkata",
    link="https://study.example.org/results/1",
    passed=True,
    percent=Decimal("66.666"),
    certificate="C-000123",
    reason="The fire alarm went off.",
)
LETTERS = (
    exam_letters.result_there,
    exam_letters.result_held,
    exam_letters.result_released,
    exam_letters.result_regraded,
    exam_letters.certificate_revoked,
)


@pytest.mark.parametrize("write", LETTERS, ids=lambda write: write.__name__)
def test_every_letter_says_who_what_when_and_where_to_look(write):
    words = write(TOLD)
    assert words.kind == write.__name__
    assert words.text.startswith("Asha Rao, ")
    assert "29 November 2026, 02:00 (Asia/Kolkata)" in words.text
    assert "https://study.example.org/results/1" in words.text
    assert "  " not in words.text


def test_letters_say_the_outcome_and_a_held_one_does_not():
    there = exam_letters.result_there(replace(TOLD, certificate_holds=True)).text
    assert "You passed" in there
    assert "certificate C-000123" in there
    assert "C-000123" not in exam_letters.result_there(TOLD).text
    failed = exam_letters.result_there(replace(TOLD, passed=False)).text
    assert "You reached 66.6 %" in failed
    assert "sit the test again" in " ".join(failed.split())
    held = exam_letters.result_held(TOLD).text
    assert "The fire alarm went off." in held
    assert "passed" not in held
    assert "66" not in held
