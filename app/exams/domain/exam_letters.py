"""What we write about results: plain words, what happened, what to do."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.accounts.domain.letters import SIGNED, Words, in_words
from app.exams.domain.grading import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One exam, as its student reads of it. `link`: the page of its result;
    `certificate`: as C-000123, where there is one; it holds unless it was revoked;
    `answer`: where a decision is answered."""

    name: str
    module: str
    ended_at: datetime
    time_zone: str
    link: str
    passed: bool = False
    is_empty: bool = False
    percent: Decimal = Decimal(0)
    certificate: str | None = None
    certificate_holds: bool = False
    reason: str = ""
    answer: str = ""

    @property
    def test(self) -> str:
        return f"{self.module}, {in_words(self.ended_at, self.time_zone)}"


def result_there(told: Told) -> Words:
    return _letter(
        told,
        "result_there",
        "Your result is there",
        f"this is the result of your test:\n\n{told.test}\n\n{_outcome(told)}",
    )


def test_unbegun(told: Told) -> Words:
    return _letter(
        told,
        "test_unbegun",
        "Your test did not begin",
        "a test of yours was opened and did not begin, because the camera had not "
        f"recognised you by then:\n\n{told.test}\n\nNo question was shown. It is no "
        "go: neither passed nor failed, and there is nothing to wait for. Check your "
        "device before the next time; and if this was our fault, write to the helpdesk."
        f" What comes next stands here:\n\n{told.link}",
    )


def result_held(told: Told) -> Words:
    why = told.reason or "A person looks at a moment of it first."
    return _letter(
        told,
        "result_held",
        "Your result is held for now",
        f"your test is graded, and its result is not told yet:\n\n{told.test}\n\n{why}"
        "\n\nYou need do nothing. We write to you as soon as it is decided. What is "
        f"known stands here:\n\n{told.link}",
    )


def result_released(told: Told) -> Words:
    return _letter(
        told,
        "result_released",
        "Your result is released",
        "your result was held, and it is released now. Thank you for your patience."
        f"\n\n{told.test}\n\n{_outcome(told)}",
    )


def result_regraded(told: Told) -> Words:
    return _letter(
        told,
        "result_regraded",
        "Your test was graded anew",
        "a question of your test turned out to be faulty. It was withdrawn, and the "
        f"test was graded without it.\n\n{told.test}\n\n{_outcome(told)}",
    )


def certificate_revoked(told: Told) -> Words:
    return _letter(
        told,
        "certificate_revoked",
        "A certificate of yours is revoked",
        f"your certificate {told.certificate} is revoked:\n\n{told.test}\n\nThe "
        f"reason: {told.reason}\n\nWhoever checks it reads that it is revoked. If "
        f"this is wrong, write to the helpdesk. Your result is here:\n\n{told.link}",
    )


def test_annulled(told: Told) -> Words:
    certificate = (
        f"Its certificate {told.certificate} does not hold any more; whoever checks it "
        "reads that.\n\n"
        if told.certificate
        else ""
    )
    return _letter(
        told,
        "test_annulled",
        "A test of yours is annulled",
        f"a test of yours is annulled:\n\n{told.test}\n\nThe reason: {told.reason}\n\n"
        f"It counts neither as passed nor as failed. {certificate}You can sit the test "
        "again, as after one that was not passed. If you see it differently: decisions "
        f"about your sittings can be answered once, within 14 days, at {told.answer}; "
        "or write to the helpdesk. What is known stands here:"
        f"\n\n{told.link}",
    )


def test_reinstated(told: Told, *, is_held: bool) -> Words:
    rest = (
        "Its result is held for now: something of it is not decided yet. We write to "
        f"you as soon as it is.\n\n{told.link}"
        if is_held
        else _outcome(told)
    )
    return _letter(
        told,
        "test_reinstated",
        "Your test counts again",
        "a test of yours was annulled, and that is taken back:"
        f"\n\n{told.test}\n\nThe reason: {told.reason}\n\n{rest}",
    )


def _outcome(told: Told) -> str:
    if told.is_empty:
        return (
            "All of its questions turned out to be faulty and were withdrawn, so it is "
            "neither passed nor failed. Please sit the test again; there is nothing to "
            f"wait for:\n\n{told.link}"
        )
    if not told.passed:
        return (
            f"You reached {shown(told.percent)} and have not passed yet. You can sit "
            "the test again as often as you like. How you did in each part, and what "
            f"to do next:\n\n{told.link}"
        )
    if not told.certificate_holds:
        return f"You passed. Congratulations. Your result is here:\n\n{told.link}"
    return (
        f"You passed. Congratulations. Your certificate {told.certificate} is here, to "
        f"read and to download:\n\n{told.link}"
    )


def _letter(told: Told, kind: str, subject: str, text: str) -> Words:
    return Words(kind=kind, subject=subject, text=f"{told.name}, {text}{SIGNED}")
