"""`spom faces evaluate`: how well a pack tells people apart, on your own pictures."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import click
import numpy as np

from media.faces.gather import Found
from media.faces.protocols import Compared
from media.faces.rates import (
    TARGETS,
    Operating,
    det_points,
    fmr,
    fnmr,
    operating,
    operating_at,
)
from media.faces.report import det_svg, page, table

WORSE = 1.25
"""A group whose errors are so much more frequent is pointed out (NIST SP 800-63A-4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What is kept: `threshold` is the one chosen at the wanted rate, `in_use` what
    today's costs. `people` is 0 where a file of pairs does not tell who is on them."""

    pack: str
    at: str
    people: int
    pictures: int
    unusable: list[str]
    threshold: float
    wanted: float
    genuine_pairs: int
    impostor_pairs: int
    chosen: Operating
    in_use: Operating
    table: list[Operating]
    protocols: list[dict[str, object]]
    groups: list[dict[str, object]]


def group_rows(
    compared: Compared, groups: Mapping[str, str], threshold: float
) -> list[dict[str, object]]:
    """FMR within each group and FNMR of it at the threshold, the even ones too."""
    overall = max(fnmr(compared.genuine, threshold), 1e-9)
    rows: list[dict[str, object]] = []
    for group in sorted(set(groups.values())):
        mine = [groups.get(who) == group for who in compared.genuine_of]
        within = [
            groups.get(a) == group and groups.get(b) == group
            for a, b in compared.impostor_of
        ]
        genuine = compared.genuine[np.array(mine, bool)]
        impostor = compared.impostor[np.array(within, bool)]
        missed = fnmr(genuine, threshold)
        rows.append(
            {
                "group": group,
                "genuine": int(genuine.size),
                "impostor": int(impostor.size),
                "fmr": fmr(impostor, threshold),
                "fnmr": missed,
                "worse": bool(genuine.size) and missed / overall > WORSE,
            }
        )
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which threshold keeps `pack` at a rate of `wanted`, and what costs `in_use`."""

    pack: str
    wanted: float
    in_use: float


def evaluation(
    question: Question,
    protocols: Sequence[Compared],
    found: Found,
    groups: Mapping[str, str],
    now: datetime,
) -> Evaluation:
    """Raises click.ClickException where there is nothing to compare."""
    base, wanted = protocols[0], question.wanted
    if not base.genuine.size or not base.impostor.size:
        raise click.ClickException(
            "There must be two people or more, and somebody with two pictures."
        )
    chosen = operating(base.genuine, base.impostor, wanted)
    return Evaluation(
        pack=question.pack,
        at=now.isoformat(timespec="seconds"),
        people=len(found.people),
        pictures=found.pictures,
        unusable=found.unusable,
        threshold=chosen.threshold,
        wanted=wanted,
        genuine_pairs=int(base.genuine.size),
        impostor_pairs=int(base.impostor.size),
        chosen=chosen,
        in_use=operating_at(base.genuine, base.impostor, question.in_use, wanted),
        table=[operating(base.genuine, base.impostor, it) for it in TARGETS],
        protocols=[_row(it, wanted) for it in protocols if it.genuine.size],
        groups=group_rows(base, groups, chosen.threshold) if groups else [],
    )


def _row(it: Compared, wanted: float) -> dict[str, object]:
    row: dict[str, object] = {"name": it.name, "genuine": int(it.genuine.size)}
    if not it.impostor.size:
        return row
    at = operating(it.genuine, it.impostor, wanted)
    return {
        **row,
        "impostor": int(it.impostor.size),
        "threshold": at.threshold,
        "fnmr": at.fnmr,
    }


def lines(it: Evaluation) -> Iterator[str]:
    """The table as text."""
    people = f"{it.people} people, " if it.people else ""
    yield f"{people}{it.pictures} pictures with {it.pack}"
    if it.unusable:
        shown = ", ".join(it.unusable[:5])
        yield f"{len(it.unusable)} could not be used (no face, or several): {shown}"
    yield f"{it.genuine_pairs} pairs of one person, {it.impostor_pairs} of two"
    yield f"{'FMR at most':>12} {'threshold':>10} {'FMR':>9} {'below':>9} {'FNMR':>8}"
    for at in it.table:
        yield (
            f"{at.target:>12.0e} {at.threshold:>10.3f} {at.fmr:>9.1e} "
            f"{at.fmr_most:>9.1e} {at.fnmr:>8.2%}"
        )
    for row in it.groups:
        mark = "  <- worse than the others" if row["worse"] else ""
        yield f"{row['group']}: FMR {row['fmr']:.1e}, FNMR {row['fnmr']:.2%}{mark}"
    used = it.in_use
    yield (
        f"In use just now: {used.threshold:.3f}, where FMR is {used.fmr:.1e}, below "
        f"{used.fmr_most:.1e} at 95 %, and FNMR {used.fnmr:.2%}"
    )
    yield f"Chosen for FMR {it.wanted:.0e}: {it.threshold:.3f}"
    if 3 / it.impostor_pairs > it.wanted:
        yield (
            f"Too few pairs to promise that: {it.impostor_pairs} pairs without an "
            f"error show no more than {3 / it.impostor_pairs:.1e} (rule of three)."
        )


def write(it: Evaluation, protocols: Sequence[Compared], folder: Path) -> None:
    """evaluation.json, det.svg and report.html."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.json").write_text(json.dumps(asdict(it), indent=2))
    curves = [
        (one.name, det_points(one.genuine, one.impostor))
        for one in protocols
        if one.genuine.size and one.impostor.size
    ]
    svg = det_svg(curves)
    (folder / "det.svg").write_text(svg)
    rows = [
        (
            f"{at.target:.0e}",
            f"{at.threshold:.3f}",
            f"{at.fmr_most:.1e}",
            f"{at.fnmr:.2%}",
        )
        for at in it.table
    ]
    sections = [
        ("Summary", "<p>" + "<br>".join(lines(it)) + "</p>"),
        ("Rates", table(("FMR at most", "Threshold", "FMR below", "FNMR"), rows)),
        ("DET plot", svg),
    ]
    (folder / "report.html").write_text(page(f"Evaluation of {it.pack}", sections))
