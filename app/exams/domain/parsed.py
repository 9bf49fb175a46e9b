"""What a file of questions says, and what is wrong with it, by line and element."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.exams.domain.bodies import trouble
from app.exams.domain.questions import Question

PROBLEMS_MOST = 200
QUESTIONS_MOST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`line` counts from 1; 0 speaks of the whole file. `element`: a question's title,
    a column, an XML element. `file`: inside a package."""

    line: int
    element: str
    words: str
    file: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "the file"
        named = f", {self.element}" if self.element else ""
        return f"{self.file + ', ' if self.file else ''}{where}{named}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """`problems`: nothing of this may be taken. `notes`: what was left out, or read
    otherwise than it was written. `pictures`: name -> bytes."""

    questions: tuple[Question, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)


class CannotAsk(Exception):
    """A question of a kind that is asked by nobody here; the words say which."""


class Wrong(Exception):
    """What is written is no question; the words say why, `line` where."""

    def __init__(self, words: str, line: int = 0) -> None:
        super().__init__(words)
        self.line = line


class Reads(Protocol):
    """Makes one question. Raises CannotAsk or Wrong."""

    def __call__(self) -> Question: ...


@dataclass
class Gathering:
    """Collects the questions of a file and everything that is wrong with it.

    `leave_out`: what cannot be asked here is left out and told, and stops nothing.
    """

    leave_out: bool = False
    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)

    def take(self, reads: Reads, line: int, element: str, file: str = "") -> None:
        """Adds the question, or says why it cannot be."""
        try:
            question = reads()
            if found := trouble(question):
                raise Wrong(found)
            self.questions.append(self._named(question, line, file))
        except CannotAsk as why:
            found = f"{why}, which is not asked here"
            problem = Problem(line=line, element=element, words=found, file=file)
            self.tell(problem, stops=not self.leave_out)
        except Wrong as why:
            self.wrong(str(why), why.line or line, element, file)

    def wrong(self, words: str, line: int, element: str = "", file: str = "") -> None:
        problem = Problem(line=line, element=element, words=words, file=file)
        self.tell(problem, stops=True)

    def note(self, words: str, line: int, element: str = "", file: str = "") -> None:
        problem = Problem(line=line, element=element, words=words, file=file)
        self.tell(problem, stops=False)

    def tell(self, problem: Problem, *, stops: bool) -> None:
        found = self.problems if stops else self.notes
        if len(found) < PROBLEMS_MOST:
            found.append(problem)

    def parsed(self) -> Parsed:
        if not self.questions and not self.problems:
            self.wrong("there is no question in this file", 0)
        if len(self.questions) > QUESTIONS_MOST:
            self.wrong(f"a file has at most {QUESTIONS_MOST} questions", 0)
        return Parsed(
            questions=tuple(self.questions),
            problems=_in_order(self.problems),
            notes=_in_order(self.notes),
            pictures=dict(self.pictures),
        )

    def _named(self, question: Question, line: int, file: str) -> Question:
        """The second of a name gets a number: names tell questions of a bank apart."""
        name, count = question.name, 1
        while name in self._names:
            count += 1
            tail = f" ({count})"
            name = question.name[: 200 - len(tail)] + tail
        self._names[name] = line
        if count == 1:
            return question
        first = self._names[question.name]
        words = f"the name is taken in line {first}; this one is called {name!r}"
        self.note(words, line, question.name, file)
        return Question(
            **{
                it: getattr(question, it)
                for it in question.__dataclass_fields__
                if it != "name"
            },
            name=name,
        )


def _in_order(found: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(found, key=lambda it: (it.file, it.line)))


def title_of(text: str) -> str:
    """A name for a question without one: how its text begins."""
    said = re.sub(r"\\([^\w\s])", r"\1", text)
    words = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return words if len(words) <= 80 else words[:79].rstrip() + "…"
