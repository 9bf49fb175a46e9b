"""`python unneeded.py pyproject.toml`: the installed packages that nothing of ours
needs to run, one a line. constraints.txt pins those of tests and linters, too."""

import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# insightface asks for it by its other name; see constraints.txt.
STANDS_FOR = {"opencv-python": "opencv-python-headless"}


def unneeded(pyproject: str) -> list[str]:
    wanted = tomllib.loads(pyproject)["project"]["dependencies"]
    waiting = [Requirement(it) for it in wanted]
    needed: set[tuple[str, str]] = set()
    while waiting:
        it = waiting.pop()
        name = canonicalize_name(it.name)
        name = STANDS_FOR.get(name, name)
        for extra in {"", *it.extras}:
            if (name, extra) not in needed:
                needed.add((name, extra))
                waiting += asked_for(name, extra)
    here = {canonicalize_name(it.name) for it in distributions()}
    return sorted(here - {name for name, _ in needed} - {"spom"})


def asked_for(name: str, extra: str) -> list[Requirement]:
    try:
        lines = Distribution.from_name(name).requires or []
    except PackageNotFoundError:
        return []  # Of another system, or of another Python.
    found = [Requirement(line) for line in lines]
    return [
        it for it in found if it.marker is None or it.marker.evaluate({"extra": extra})
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(unneeded(Path(sys.argv[1]).read_text())) + "\n")
