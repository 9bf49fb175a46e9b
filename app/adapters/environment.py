"""Reads a process's settings from the environment, and says what is wrong with them."""

from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

Kind = TypeVar("Kind", bound=BaseSettings)


def read_environment(kind: type[Kind]) -> Kind:
    """Raises SystemExit naming every setting that is missing or wrong."""
    try:
        return kind()
    except ValidationError as error:
        troubles = ", ".join(
            f"{_variable(it['loc'])}{it['msg'].lower()}" for it in error.errors()
        )
        raise SystemExit(
            f"Settings to mend ({troubles}). `spom up` sets them all by itself."
        ) from None


def _variable(loc: tuple[int | str, ...]) -> str:
    """Empty for a trouble between several settings: its message names them."""
    name = "_".join(str(part) for part in loc)
    if not name:
        return ""
    return f"{name}: " if name.isupper() else f"SPOM_{name.upper()}: "
