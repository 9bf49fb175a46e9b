"""What is wrong with a folder of content, each with its file and line."""

from dataclasses import dataclass, field
from pathlib import Path

from app.kernel.refusals import Refusal

SHOWN_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`line` counts from 1; None speaks of the whole file or folder."""

    path: str
    line: int | None
    text: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.text}"


class ContentRefused(Refusal):
    """This content has problems; nothing was imported."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        shown = [str(it) for it in problems[:SHOWN_MOST]]
        if len(problems) > SHOWN_MOST:
            shown.append(f"… and {len(problems) - SHOWN_MOST} more")
        super().__init__("\n".join(shown))


@dataclass
class Problems:
    """Collects all there are, so that an author need not find them one by one."""

    root: Path
    found: list[Problem] = field(default_factory=list)

    def add(self, path: Path, text: str, line: int | None = None) -> None:
        shown = str(path.relative_to(self.root)) if path != self.root else "."
        shown = shown.encode("utf-8", "replace").decode()
        self.found.append(Problem(path=shown, line=line, text=text))

    def refuse_if_any(self) -> None:
        """Raises ContentRefused."""
        if self.found:
            raise ContentRefused(sorted(self.found, key=lambda it: it.path))
