"""One `spom up` a folder, and how the other commands find the one that runs."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
VAR = ROOT / "var"


@contextmanager
def alone_in(var: Path) -> Iterator[None]:
    """Raises SystemExit where another `spom up` uses this folder, or may not be used.

    The lock goes with the process, however that ends.
    """
    try:
        var.mkdir(parents=True, exist_ok=True)
        lock = (var / "lock").open("w")
    except OSError:
        raise SystemExit(
            f"{var} belongs to another user: start as that user, or choose another "
            "folder with SPOM_VAR."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"`spom up` runs already in {var}: stop it first, or choose another "
                "folder with SPOM_VAR and other ports."
            ) from None
        yield


@contextmanager
def told_to_others(var: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """While it runs, `spom demo` and the others reach the same servers."""
    ours = {
        name: value
        for name, value in environment.items()
        if name in {"DATABASE_URL", "REDIS_URL"} or name.startswith("SPOM_")
    }
    note = _note(var)
    note.unlink(missing_ok=True)
    note.touch(mode=0o600)
    note.write_text(json.dumps(ours))
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def join_the_running() -> None:
    """Sets what is not set as `spom up` has it; nothing where none runs here."""
    var = Path(os.environ.get("SPOM_VAR", VAR))  # noqa: TID251 (before settings)
    if "DATABASE_URL" in os.environ:  # noqa: TID251
        return
    try:
        found = json.loads(_note(var).read_text())
    except (OSError, ValueError):
        return
    for name, value in found.items():
        os.environ.setdefault(name, value)  # noqa: TID251


def _note(var: Path) -> Path:
    return var / "running.json"
