"""The report of a load test: figures as JSON, and one HTML file that needs no other."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from workers.loadtest.run import Measured
from workers.loadtest.tally import FIGURES

PAGE = Path(__file__).parent / "page"
UPLOT = Path(__file__).parents[2] / "node_modules" / "uplot" / "dist"
UNITS = {"loss": "%"}
ENDINGS = {
    "dropped": "dropped off, as the mix has it",
    "moved": "sent to another media node",
    "media_closed": "ended by the media node",
}
NAMES = {
    "app": "app",
    "media": "media node",
    "matcher": "face matcher",
    "workers": "other workers",
    "postgresql": "PostgreSQL",
    "valkey": "Valkey",
    "all": "all together",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was asked for."""

    url: str
    began_at: str
    students: int
    proctors: int
    ramp_s: float
    duration_s: float
    mix: str
    seed: int


def figures_of(asked: Told, measured: Measured) -> dict[str, Any]:
    """All of it, as plain JSON. Latencies and times in seconds, memory in MB, costs in
    CPU seconds an hour of one streaming student."""
    tally = measured.tally
    return {
        "asked": asdict(asked),
        "seconds": round(measured.seconds, 1),
        "connections": tally.streamed,
        "streaming_at_the_end": measured.streaming_at_the_end,
        "figures": tally.summary(),
        "verdicts": dict(tally.verdicts.most_common()),
        "endings": dict(tally.endings.most_common()),
        "errors": dict(tally.errors.most_common()),
        "window_s": measured.window,
        "cpu_s_per_student_hour": measured.per_student_hour,
        "load_tester_cpu_s_per_student_hour": measured.crews_per_student_hour,
        "looks_per_student_hour": measured.looks_per_student_hour,
        "mb_per_student": measured.mb_per_student,
        "curves": tally.curves(),
        "costs": [
            {
                "at": round(at, 1),
                "streaming": streaming,
                **{
                    kind: {
                        "cpu_s": it.cpu_s,
                        "mb": it.memory / 1e6,
                        "threads": it.threads,
                    }
                    for kind, it in costs.items()
                },
            }
            for at, costs, streaming in measured.costs
        ],
    }


def write_report(path: Path, figures: dict[str, Any]) -> None:
    """Plots are drawn by uPlot, which is written into the page."""
    pages = Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined
    )
    text = pages.get_template("report.html").render(
        it=figures,
        rows=_rows(figures),
        length=length_of(figures["seconds"]),
        costs=_costs(figures),
        names=FIGURES,
        endings=ENDINGS,
        data=_script(figures),
        uplot=Markup(_read(UPLOT / "uPlot.iife.min.js")),
        uplot_css=Markup(_read(UPLOT / "uPlot.min.css")),
        code=Markup(_read(PAGE / "report.js")),
        css=Markup(_read(PAGE / "report.css")),
    )
    path.write_text(text)


def _script(figures: dict[str, Any]) -> Markup:
    """JSON that is safe inside a script element."""
    return Markup(json.dumps(figures).replace("<", "\\u003c"))


def _rows(figures: dict[str, Any]) -> list[dict[str, str]]:
    """One a figure that has values."""
    rows = []
    for name, words in FIGURES.items():
        summary = figures["figures"][name]
        if summary["n"]:
            shown = {it: shown_as(name, summary[it]) for it in summary if it != "n"}
            rows.append({"words": words, "n": f"{summary['n']:,}", **shown})
    return rows


def shown_as(figure: str, value: float) -> str:
    if UNITS.get(figure) == "%":
        return f"{value * 100:.2f} %"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def length_of(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes"


def _costs(figures: dict[str, Any]) -> list[tuple[str, float, float | None]]:
    """Name, CPU seconds a student-hour, MB a student; the dearest first."""
    spent = figures["cpu_s_per_student_hour"]
    memory = figures["mb_per_student"]
    kinds = sorted(spent, key=lambda kind: (kind == "all", -spent[kind]))
    return [(NAMES.get(kind, kind), spent[kind], memory.get(kind)) for kind in kinds]


def _read(path: Path) -> str:
    return path.read_text()
