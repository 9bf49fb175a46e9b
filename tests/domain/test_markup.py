"""HTML of other systems as Markdown, and Markdown as pages show it."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exams.domain.gift import read_gift
from app.exams.domain.markup import html_to_markdown, plain_to_markdown
from app.exams.domain.qti import read_qti
from app.exams.domain.rendering import pictures_of, render, xhtml
from app.exams.domain.sheet import read_sheet

_SIGNS = st.sampled_from([*r"*_`[]<>#+-=.!&;:\|~^(){}1 ab", "&amp;", "1. ", "<b>"])


def seen(markdown: str) -> str:
    """What a reader sees of one paragraph."""
    return html.unescape(re.sub(r"<[^>]+>", "", render(markdown, "/f/"))).strip()


@settings(max_examples=200, deadline=None)
@given(st.lists(_SIGNS, max_size=14).map(lambda it: " ".join("".join(it).split())))
def test_plain_text_means_nothing_but_itself(text):
    assert seen(plain_to_markdown(text)) == text


@pytest.mark.parametrize(
    ("given_in", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a<br>b<br/>c", "a\\\nb\\\nc"),
        ("<ol><li>x</li><li>y</li></ol>", "1. x\n2. y"),
        ("<a href='http://x'>words</a>", "words"),
        ("<style>p{}</style><script>x</script>y", "y"),
        ("<unknown-tag>kept</unknown-tag>", "kept"),
        ("<code>a*b</code>", "`a*b`"),
        (
            '<img src="@@PLUGINFILE@@/a%20b.png" alt="A [b]">',
            "![A \\[b\\]](files/a_b.png)",
        ),
        ("<em>Ciao, </em>bonjour<b> </b>!", "*Ciao,* bonjour !"),
        ("<b> a</b> <i>b", "**a** b"),
        ("x<sup>2</sup> and CO<sub>2</sub>", "x² and CO₂"),
        (r"\(a_1\) and \[b\] and $$c$$", "$a_1$ and $$b$$ and $$c$$"),
    ],
)
def test_html_becomes_markdown(given_in, expected):
    assert html_to_markdown(given_in) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("$x < y$", "<maths-text>x &lt; y</maths-text>"),
        ("$$x$$", '<maths-text class="block">x</maths-text>'),
        (r"\$5 or \$6", "$5 or $6"),
        ("$5 or $ 6", "$5 or $ 6"),
        ("[a](http://b)", "a"),
        ("[a](javascript:b)", "[a](javascript:b)"),
        ("![m](files/m.png)", '<img src="/f/m.png" alt="m" />'),
        ("![m](http://b/m.png)", "m"),
        ("![m](files/../m.png)", "m"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
    ],
)
def test_pages_show_formulas_and_our_pictures_and_nothing_else(markdown, expected):
    assert render(markdown, "/f/") == f"<p>{expected}</p>\n"


def test_other_systems_get_formulas_as_they_write_them():
    assert xhtml("$x$ $$y$$", "../files/") == "<p>\\(x\\) \\[y\\]</p>\n"


def test_the_pictures_of_a_text_are_known():
    assert pictures_of("![a](files/a.png) `![b](files/b.png)` ![](x.png)") == ["a.png"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_break_a_reader(content):
    for read in (read_gift, read_sheet, read_qti):
        parsed = read(content)
        assert parsed.questions or parsed.problems


@settings(max_examples=150, deadline=None)
@given(st.lists(_SIGNS | st.sampled_from(["::", "{", "}", "=", "~", "%", "\n", "#"])))
def test_no_text_breaks_the_reader_of_gift(signs):
    parsed = read_gift("".join(signs).encode())
    assert parsed.questions or parsed.problems


@settings(max_examples=100, deadline=None)
@given(
    st.lists(_SIGNS | st.sampled_from(["<p>", "</p>", "<script>", "</ul>", "<math>"]))
)
def test_no_html_breaks_the_converter(signs):
    assert "<script" not in render(html_to_markdown("".join(signs)), "/f/")
