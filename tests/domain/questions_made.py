"""Questions of every kind, as authors may write them, for properties."""

from decimal import Decimal

from hypothesis import strategies as st

from app.exams.domain.questions import Option, Question, QuestionKind, Span

_LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn", "Zl", "Zp")
)
_SIGNS = r"~|=|#|{|}|:|\|%50%|->|//|$|<b>|&amp;|::|;|,|=cmd()|@x|'=1|[html]|\n"
_PIECES = '\n|\n\n|"|$x^2$|**b**|- a|![p](files/p.png)|####|]]>|\t|T| '
_AWKWARD = st.sampled_from([*_SIGNS.split("|"), *_PIECES.split("|")])


def texts(most: int = 12) -> st.SearchStrategy[str]:
    """As they are stored: with a beginning and an end that is no blank."""
    pieces = st.lists(st.one_of(_AWKWARD, st.text(_LETTERS, max_size=6)), max_size=most)
    return pieces.map(lambda it: "".join(it).strip()).filter(bool)


def names() -> st.SearchStrategy[str]:
    kept = texts(5).map(lambda it: " ".join(it.split())[:150].strip())
    return kept.filter(lambda it: bool(it) and it.isprintable())


_WORDS = ["law", "=a", "~b c", "a:b", "top", "A/B", "#1", "{x}", "Größe", "100 %", "-"]
_tags = st.lists(st.sampled_from(_WORDS), unique=True, max_size=4).map(tuple)
_numbers = st.decimals(
    min_value=-10_000, max_value=10_000, places=3, allow_nan=False
).map(lambda it: Decimal(format(it, "f")))


@st.composite
def _spans(draw) -> tuple[Span, ...]:
    pairs = draw(st.lists(st.tuples(_numbers, _numbers), min_size=1, max_size=3))
    return tuple(Span(low=min(it), high=max(it)) for it in pairs)


@st.composite
def _options(draw, kind: QuestionKind) -> tuple[Option, ...]:
    said = draw(st.lists(texts(), min_size=2, max_size=5, unique=True))
    if kind is QuestionKind.SINGLE:
        right = {draw(st.integers(0, len(said) - 1))}
    else:
        places = st.integers(0, len(said) - 1)
        right = draw(st.sets(places, min_size=1))
    return tuple(
        Option(
            text=text,
            is_right=n in right,
            feedback=draw(st.one_of(st.just(""), texts(4))),
        )
        for n, text in enumerate(said)
    )


@st.composite
def questions(draw) -> Question:
    kind = draw(st.sampled_from(list(QuestionKind)))
    numeric = kind is QuestionKind.NUMERIC
    return Question(
        name=draw(names()),
        kind=kind,
        text=draw(texts()),
        options=() if numeric else draw(_options(kind)),
        spans=draw(_spans()) if numeric else (),
        tags=draw(_tags),
        feedback=draw(st.one_of(st.just(""), texts(4))),
    )


def banks() -> st.SearchStrategy[list[Question]]:
    return st.lists(questions(), max_size=4, unique_by=lambda it: it.name)
