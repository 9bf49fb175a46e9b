"""What was measured of a face pack on the institution's own people, kept beside it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "calibration.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """`threshold` is the similarity chosen for a false match rate of `wanted`;
    `fmr_most` what so many impostor pairs show at 95 %; `fnmr` the share of one
    person's pairs that are missed there; `people` 0 where it was not told."""

    pack: str
    at: str
    threshold: float
    wanted: float
    fmr_most: float
    fnmr: float
    people: int
    genuine_pairs: int
    impostor_pairs: int
    where: str = ""
    """Which pictures, in a few words."""


def read_calibration(folder: Path) -> Calibration | None:
    """None where nothing was adopted, or it cannot be read: policy's own stands."""
    try:
        return Calibration(**json.loads((folder / FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_calibration(folder: Path, it: Calibration) -> None:
    (folder / FILE).write_text(json.dumps(asdict(it), indent=2))


def forget_stale(folder: Path, pack: str) -> bool:
    """Deletes what was measured of another pack; whether there was something."""
    found = read_calibration(folder)
    if found is not None and found.pack == pack:
        return False
    if not (folder / FILE).exists():
        return False
    (folder / FILE).unlink()
    return True
