"""A question's Markdown as HTML: formulas of $…$ and $$…$$, pictures of the bank, no
links and no raw HTML. The same text as XHTML for other systems."""

import re
from collections.abc import MutableMapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

PICTURE = re.compile(r"files/([A-Za-z0-9][A-Za-z0-9._-]{0,99})")
_BLANK = " \t\n"


def render(text: str, files: str) -> str:
    """For our pages; `files`: where the bank's pictures are, with a slash at the end.
    The browser draws the formulas in <maths-text>."""
    return _rendered(text, files, foreign=False)


def xhtml(text: str, files: str) -> str:
    r"""For other systems: formulas as \(…\) and \[…\]."""
    return _rendered(text, files, foreign=True)


def pictures_of(*texts: str) -> list[str]:
    """Names of the bank's files that are shown, each once."""
    found = [
        name[1]
        for text in texts
        for token in _markdown.parse(text)
        for it in token.children or []
        if it.type == "image" and (name := PICTURE.fullmatch(str(it.attrs.get("src"))))
    ]
    return list(dict.fromkeys(found))


def _rendered(text: str, files: str, *, foreign: bool) -> str:
    env: dict[str, Any] = {"files": files, "foreign": foreign}
    return str(_markdown.render(text, env))


def _maths(state: StateInline, silent: bool) -> bool:
    r"""$a$ and $$a$$. '\$' is a dollar, and so is one with a blank beside it."""
    begin, most = state.pos, state.posMax
    if state.src[begin] != "$":
        return False
    fence = "$$" if state.src.startswith("$$", begin) else "$"
    start = begin + len(fence)
    end = state.src.find(fence, start)
    while end > 0 and state.src[end - 1] == "\\":
        end = state.src.find(fence, end + 1)
    inner = state.src[start:end]
    if end < 0 or end + len(fence) > most or not inner.strip():
        return False
    if fence == "$" and (inner[0] in _BLANK or inner[-1] in _BLANK):
        return False
    if not silent:
        token = state.push("maths", "", 0)
        token.content, token.markup = inner.strip(), fence
    state.pos = end + len(fence)
    return True


def _show_maths(
    self: RendererHTML, tokens: list[Token], at: int, options: Any, env: Any
) -> str:
    token = tokens[at]
    said, block = escapeHtml(token.content), token.markup == "$$"
    if env.get("foreign"):
        return f"\\[{said}\\]" if block else f"\\({said}\\)"
    kind = ' class="block"' if block else ""
    return f"<maths-text{kind}>{said}</maths-text>"


def _show_image(
    self: RendererHTML, tokens: list[Token], at: int, options: Any, env: Any
) -> str:
    token = tokens[at]
    alt = escapeHtml(self.renderInlineAsText(token.children, options, env))
    found = PICTURE.fullmatch(str(token.attrs.get("src", "")))
    if found is None:
        return alt
    return f'<img src="{escapeHtml(env["files"])}{found[1]}" alt="{alt}" />'


def _show_nothing(
    self: RendererHTML,
    tokens: list[Token],
    at: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    """Of a link, the words stay: a paper leads nowhere."""
    return ""


def _made() -> MarkdownIt:
    rules = {"html": False, "maxNesting": 40, "xhtmlOut": True}
    made = MarkdownIt("commonmark", rules).enable("table")
    made.inline.ruler.after("escape", "maths", _maths)
    made.add_render_rule("maths", _show_maths)
    made.add_render_rule("image", _show_image)
    made.add_render_rule("link_open", _show_nothing)
    made.add_render_rule("link_close", _show_nothing)
    return made


_markdown = _made()
