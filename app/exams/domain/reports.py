"""What taking a file into a bank changes: told before, kept after."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.exams.domain.parsed import Parsed, Problem
from app.exams.domain.questions import Question
from app.exams.domain.rendering import PICTURE, pictures_of
from app.kernel.refusals import Refusal

NAMED_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Names of questions and pictures. `is_kept`: it was taken, not only tried."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: int = 0
    retired: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    is_kept: bool = False

    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "same": self.same,
            "retired": len(self.retired),
            "back": len(self.back),
            "pictures": len(self.pictures),
        }


class BankRefused(Refusal):
    """This file has problems; nothing was taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(None, problems=[str(it) for it in problems])


def texts_of(it: Question) -> list[str]:
    options = [text for one in it.options for text in (one.text, one.feedback)]
    return [it.text, it.feedback, *options]


def missing_pictures(parsed: Parsed, there: Mapping[str, object]) -> list[Problem]:
    """Of questions that show what neither file nor bank has."""
    return [
        Problem(
            line=0, element=it.name, words=f"shows files/{name}, and there is no such"
        )
        for it in parsed.questions
        for name in pictures_of(*texts_of(it))
        if name not in parsed.pictures and name not in there
    ]


def renamed(question: Question, names: Mapping[str, str]) -> Question:
    """With pictures under other names: one that is in the bank never changes."""
    if not names:
        return question

    def said(text: str) -> str:
        return re.sub(
            rf"(?<=\]\(){PICTURE.pattern}(?=[\s)])",
            lambda it: f"files/{names.get(it[1], it[1])}",
            text,
        )

    options = tuple(
        replace(it, text=said(it.text), feedback=said(it.feedback))
        for it in question.options
    )
    return replace(
        question,
        text=said(question.text),
        feedback=said(question.feedback),
        options=options,
    )


def changes(old: Question, new: Question) -> list[tuple[str, str, str]]:
    """(what, before, after) of two versions, for people."""
    before, after = _members(old), _members(new)
    names = [*after, *(it for it in before if it not in after)]
    return [
        (name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def _members(it: Question) -> dict[str, str]:
    right = [str(n) for n, one in enumerate(it.options, 1) if one.is_right]
    return {
        "Kind": it.kind,
        "Text": it.text,
        **{f"Option {n}": one.text for n, one in enumerate(it.options, 1)},
        **{
            f"Feedback of option {n}": one.feedback
            for n, one in enumerate(it.options, 1)
        },
        "Right": ", ".join(right)
        or " or ".join(f"{one.low:f} to {one.high:f}" for one in it.spans),
        "Tags": ", ".join(it.tags),
        "Feedback": it.feedback,
    }
