"""Which threshold a face pack is used with, where it comes from, and what is known of
it: in words for people, and without a picture or a name."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from app.adapters.calibration import Calibration, read_calibration
from app.adapters.face_packs import pack_in

AIM = 1e-4
"""The false match rate a threshold should be shown to keep below."""
CAUTIOUS = 0.55
"""Of a pack nobody has measured. Above what the default pack needs for FMR 1e-4 (0.53
with three pictures against three): it misses friends rather than letting strangers in,
who would then count as the student unseen."""
_KNOWN = Path(__file__).with_name("known_packs.json")


class Source(StrEnum):
    BY_HAND = "by hand"
    CALIBRATED = "measured here"
    KNOWN = "measured by us"
    CAUTIOUS = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`figures` are those of this threshold; `ignored` names the pack of a calibration
    that lies there and is of another."""

    pack: str | None
    threshold: float
    source: Source
    figures: Calibration | None = None
    ignored: str | None = None

    @property
    def shown(self) -> bool:
        """Whether the pairs at hand show that strangers match rarely enough."""
        return self.figures is not None and self.figures.fmr_most <= AIM


@cache
def known_packs() -> dict[str, Calibration]:
    """What we measured of packs at their default threshold."""
    records = json.loads(_KNOWN.read_text())
    return {it["pack"]: Calibration(**it) for it in records}


def standing_of(folder: Path, by_hand: float | None = None) -> Standing:
    """By hand stands before what was measured here, and that before our default."""
    pack, found = pack_in(folder), read_calibration(folder)
    ours = found if found and found.pack == pack else None
    ignored = found.pack if found and not ours else None
    known = known_packs().get(pack or "")
    if by_hand is not None:
        figures = next((it for it in (ours, known) if _is_at(it, by_hand)), None)
        source, threshold = Source.BY_HAND, by_hand
    elif figures := ours or known:
        source = Source.CALIBRATED if ours else Source.KNOWN
        threshold = figures.threshold
    else:
        source, threshold = Source.CAUTIOUS, CAUTIOUS
    return Standing(
        pack=pack, threshold=threshold, source=source, figures=figures, ignored=ignored
    )


def _is_at(it: Calibration | None, threshold: float) -> bool:
    return it is not None and it.threshold == threshold


def sentences(it: Standing) -> list[str]:
    """What a person should know of it, the most important first."""
    said = [f"{it.pack or 'No pack'}, threshold {it.threshold:.3g} ({it.source})."]
    if it.figures is None:
        said.append("Nothing was measured at this threshold with this pack.")
    else:
        said += _figures(it.figures)
    if it.source is Source.CAUTIOUS:
        said.append("It is a cautious one: more friends may be missed.")
    if it.ignored:
        said.append(f"A calibration of {it.ignored} lies there and is not used.")
    said.append(SHOWN if it.shown else NOT_SHOWN)
    return said


def _figures(it: Calibration) -> list[str]:
    where = f" on {it.where}" if it.where else ""
    people = f"{it.people} people, " if it.people else ""
    return [
        f"Measured {it.at[:10]}{where}: {people}{it.genuine_pairs} pairs of one person "
        f"and {it.impostor_pairs} of two.",
        f"Strangers match in less than {_percent(it.fmr_most)} (at 95 %). Of the "
        f"{it.genuine_pairs} pairs of one person {_missed(it)} missed.",
    ]


def _missed(it: Calibration) -> str:
    """No percentage of a few: it would promise more than it shows."""
    missed = round(it.fnmr * it.genuine_pairs)
    return {0: "none was", 1: "one was"}.get(missed, f"{missed} were")


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


SHOWN = "That strangers match in at most 1 of 10,000 is shown."
NOT_SHOWN = (
    "That strangers match in at most 1 of 10,000 (FMR 1e-4) is aimed at and NOT shown: "
    "it takes 30,000 pairs of two people without an error. Run 'spom faces evaluate "
    "DIR' on pictures of about 250 of your own people, with --adopt."
)
