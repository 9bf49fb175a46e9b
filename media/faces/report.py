"""An evaluation on one page: tables and a DET plot, without anything from elsewhere."""

from collections.abc import Sequence
from html import escape

from media.faces.rates import deviate

SIZE, LEFT, TOP = 420, 70, 20
TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.2, 0.4)
STYLE = """:root{color-scheme:light dark;--ink:#1d2524;--paper:#faf8f3;--line:#c9c4b8}
@media(prefers-color-scheme:dark){:root{--ink:#e9ece8;--paper:#141a1a;--line:#465250}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:var(--ink);background:var(--paper)}table{border-collapse:collapse}
td,th{padding:.3rem 1rem .3rem 0;text-align:left;border-bottom:1px solid var(--line)}
td{font-variant-numeric:tabular-nums}"""
COLOURS = ("#1f7a72", "#b06a00", "#8a3f9e")

Curve = tuple[str, Sequence[tuple[float, float]]]


def det_svg(curves: Sequence[Curve]) -> str:
    """False match rate across, false non-match rate up; both on a deviate scale."""
    low, high = deviate(TICKS[0]), deviate(TICKS[-1])

    def place(rate: float) -> float:
        share = (min(max(deviate(rate), low), high) - low) / (high - low)
        return round(share * SIZE, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE + LEFT + 20} '
        f'{SIZE + TOP + 60}" role="img" aria-label="DET plot" font-family="system-ui,'
        'sans-serif" font-size="11" fill="currentColor">'
    ]
    for tick in TICKS:
        x, y = LEFT + place(tick), TOP + SIZE - place(tick)
        parts.append(
            f'<path d="M{x} {TOP}V{TOP + SIZE}M{LEFT} {y}H{LEFT + SIZE}" '
            'stroke="currentColor" stroke-opacity=".15"/>'
            f'<text x="{x}" y="{TOP + SIZE + 16}" text-anchor="middle">{tick:g}</text>'
            f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{tick:g}</text>'
        )
    for (name, points), colour in zip(curves, COLOURS, strict=False):
        line = " ".join(
            f"{LEFT + place(x):.1f},{TOP + SIZE - place(y):.1f}" for x, y in points
        )
        at = TOP + 14 + 16 * COLOURS.index(colour)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" '
            f'stroke-width="2"/><text x="{LEFT + 12}" y="{at}" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    parts.append(
        f'<text x="{LEFT + SIZE / 2}" y="{TOP + SIZE + 40}" text-anchor="middle">'
        f"False match rate</text></svg>"
    )
    return "\n".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{escape(it)}</th>' for it in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(it)}</td>" for it in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def page(title: str, sections: Sequence[tuple[str, str]]) -> str:
    """Sections are a heading and finished HTML each."""
    inside = "".join(f"<h2>{escape(name)}</h2>{html}" for name, html in sections)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{escape(title)}</title><style>{STYLE}'
        f"</style><h1>{escape(title)}</h1>{inside}</html>"
    )
