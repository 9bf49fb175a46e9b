# ruff: noqa: RUF001 (signs of formulas are what this file is about)
"""MathML as TeX: what its author wrote in an annotation, or the simple part of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

DEPTH_MOST = 40
_ANNOTATIONS = ("application/x-tex", "tex", "latex", "application/x-latex")
_SIGNS = {
    "×": r"\times ",
    "÷": r"\div ",
    "·": r"\cdot ",
    "±": r"\pm ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "≠": r"\ne ",
    "≈": r"\approx ",
    "→": r"\to ",
    "∞": r"\infty ",
    "π": r"\pi ",
    "α": r"\alpha ",
    "β": r"\beta ",
    "Δ": r"\Delta ",
    "θ": r"\theta ",
    "λ": r"\lambda ",
    "μ": r"\mu ",
    "σ": r"\sigma ",
    "∑": r"\sum ",
    "∫": r"\int ",
    "−": "-",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "&": r"\&",
    "_": r"\_",
    "\\": r"\backslash ",
}


@dataclass(slots=True, kw_only=True)
class Node:
    """An element without its namespace; `text` is all that stands directly in it."""

    tag: str
    attrs: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)


def tex(node: Node) -> str:
    """Of a `math` element."""
    return (_annotation(node) or node.attrs.get("alttext", "") or _tex(node)).strip()


def _annotation(node: Node) -> str:
    if node.tag == "annotation":
        kind = node.attrs.get("encoding", "").lower()
        return node.text.strip() if kind in _ANNOTATIONS else ""
    return next((found for it in node.children if (found := _annotation(it))), "")


def _tex(node: Node, depth: int = 0) -> str:
    if depth > DEPTH_MOST or node.tag.startswith("annotation"):
        return ""
    inner = [_tex(it, depth + 1) for it in node.children]
    shape = _SHAPES.get(node.tag)
    if shape and len(inner) == shape[0]:
        return shape[1](*inner)
    if node.tag in ("msqrt", "mfenced"):
        said = "".join(inner)
        return rf"\sqrt{{{said}}}" if node.tag == "msqrt" else f"({said})"
    text = "".join(_SIGNS.get(it, it) for it in node.text.strip())
    if node.tag == "mtext" and text:
        return rf"\text{{{text}}}"
    return text + "".join(inner)


_SHAPES: dict[str, tuple[int, Callable[..., str]]] = {
    "mfrac": (2, lambda a, b: rf"\frac{{{a}}}{{{b}}}"),
    "msup": (2, lambda a, b: f"{{{a}}}^{{{b}}}"),
    "msub": (2, lambda a, b: f"{{{a}}}_{{{b}}}"),
    "mroot": (2, lambda a, b: rf"\sqrt[{b}]{{{a}}}"),
    "msubsup": (3, lambda a, b, c: f"{{{a}}}_{{{b}}}^{{{c}}}"),
    "munderover": (3, lambda a, b, c: f"{{{a}}}_{{{b}}}^{{{c}}}"),
}
