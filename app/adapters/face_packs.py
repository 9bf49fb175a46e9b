"""Which face pack a folder holds, told by its files: no model is loaded for it."""

import json
from pathlib import Path

DEFAULT = "faceplugin"
DEFAULT_PACK = "faceplugin-0.0.1"
DEFAULT_FILES = "fr_*.onnx"
MANIFEST = "manifest.json"


def is_default(folder: Path) -> bool:
    """By its name or its files, whatever else somebody put there."""
    named = DEFAULT in (folder.name, folder.resolve().name)
    return named or any(folder.glob(DEFAULT_FILES))


def pack_in(folder: Path) -> str | None:
    """Name and version, as templates and calibrations carry them; None: no pack."""
    if is_default(folder):
        return DEFAULT_PACK
    try:
        found = json.loads((folder / MANIFEST).read_text())
        return f"{found['name']}-{found['version']}"
    except (OSError, ValueError, KeyError, TypeError):
        return None
