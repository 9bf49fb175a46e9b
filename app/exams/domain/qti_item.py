"""One QTI item as a question: versions 2.0 to 2.2, the kinds we ask."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.exams.domain.markup import MarkdownMaker, Picture
from app.exams.domain.parsed import CannotAsk, Wrong, title_of
from app.exams.domain.qti_numbers import spans_of
from app.exams.domain.qti_rules import right_by_rules
from app.exams.domain.questions import Option, Question, QuestionKind, Span
from app.exams.domain.xml_tree import Element

QTI_2 = "http://www.imsglobal.org/xsd/imsqti_v2p"
ONE_IS_RIGHT = "an answer worth a part is not right here"
GAP = "\\_\\_\\_\\_\\_"
_PLAYED = ("audio/", "video/")
_FEEDBACK = ("feedbackInline", "feedbackBlock", "modalFeedback", "rubricBlock")


@dataclass(slots=True, kw_only=True)
class Item:
    """`picture` gives the bank's name of an address in this item."""

    root: Element
    picture: Picture
    tags: tuple[str, ...] = ()
    notes: list[tuple[str, int]] = field(default_factory=list)


def read_item(item: Item) -> Question:
    """Raises CannotAsk or Wrong (line)."""
    root = item.root
    require_item(root)
    if root.attrs.get("adaptive") == "true" or root.first("templateDeclaration"):
        raise CannotAsk("this item changes as it is answered, or draws its values")
    body = root.first("itemBody")
    if body is None:
        raise CannotAsk("this is an item without anything to read")
    found = [it for it in body.all() if it.tag.endswith("Interaction")]
    if len(found) != 1:
        many = "several questions in one" if found else "a text without a question"
        raise CannotAsk(f"this is {many}")
    reads = _KINDS.get(found[0].tag)
    if reads is None:
        raise CannotAsk(f"this is a {found[0].tag}")
    kind, options, spans = reads(item, found[0], _declared(root, found[0]))
    text = _asked(item, body, found[0])
    name = " ".join(root.attrs.get("title", "").split())
    return Question(
        name=(name or root.attrs.get("identifier", "") or title_of(text))[:200],
        kind=kind,
        text=text,
        options=options,
        spans=spans,
        tags=item.tags,
        feedback=_general(item, {it.attrs.get("identifier") for it in _choices(body)}),
    )


def require_item(root: Element) -> None:
    """Raises Wrong, which says what it is instead."""
    if root.tag == "questestinterop":
        raise Wrong("this is QTI 1.2; export it as QTI 2.1 or 2.2", root.line)
    if root.tag == "qti-assessment-item":
        raise Wrong("this is QTI 3; export it as QTI 2.1 or 2.2", root.line)
    # Some write no namespace; another one is another thing.
    if root.tag != "assessmentItem" or not (root.space or QTI_2).startswith(QTI_2):
        raise Wrong(f"<{root.tag}> is no assessmentItem of QTI 2", root.line)


def _declared(root: Element, interaction: Element) -> Element:
    wanted = interaction.attrs.get("responseIdentifier", "")
    for it in root.children("responseDeclaration"):
        if it.attrs.get("identifier") == wanted:
            return it
    words = f"<{interaction.tag}> names {wanted!r}, and nothing declares it"
    raise Wrong(words, interaction.line)


_Kind = tuple[QuestionKind, tuple[Option, ...], tuple[Span, ...]]


def _choice(item: Item, interaction: Element, declared: Element) -> _Kind:
    choices = _choices(interaction)
    right = _right(item, declared)
    known = {it.attrs.get("identifier", "") for it in choices}
    if missing := right - known:
        words = f"{sorted(missing)[0]!r} is right, and no simpleChoice has that name"
        raise Wrong(words, declared.line)
    if len(known) < len(choices):
        raise Wrong("two choices have the same identifier", interaction.line)
    options = tuple(
        Option(
            text=_markdown(it, item.picture),
            is_right=it.attrs.get("identifier") in right,
            feedback=_said_of(item, it),
        )
        for it in choices
    )
    one = declared.attrs.get("cardinality") == "single"
    one = one or interaction.attrs.get("maxChoices") == "1"
    return (QuestionKind.SINGLE if one else QuestionKind.MULTIPLE), options, ()


def _right(item: Item, declared: Element) -> frozenset[str]:
    """Those of correctResponse; without it, those that the mapping or the processing
    of the response gives points."""
    correct = declared.first("correctResponse")
    if correct is not None:
        return frozenset(it.text.strip() for it in correct.all("value"))
    worth: dict[str, float] = {}
    for entry in declared.all("mapEntry"):
        try:
            worth[entry.attrs.get("mapKey", "")] = float(entry.attrs["mappedValue"])
        except (KeyError, ValueError) as error:
            raise Wrong(
                "<mapEntry> has no number as mappedValue", entry.line
            ) from error
    right = frozenset(key for key, value in worth.items() if value > 0)
    if not right:
        right = _ruled(item, declared)
    if not right:
        raise Wrong(
            "<responseDeclaration> says of no answer that it is right", declared.line
        )
    if declared.attrs.get("cardinality") == "single" and worth and len(right) > 1:
        most = max(worth.values())
        item.notes.append((ONE_IS_RIGHT, declared.line))
        return frozenset(key for key in right if worth[key] == most)
    return right


def _numeric(item: Item, interaction: Element, declared: Element) -> _Kind:
    if declared.attrs.get("baseType") not in ("float", "integer"):
        raise CannotAsk("this is a short answer")
    if declared.attrs.get("cardinality", "single") != "single":
        raise CannotAsk("this asks for several numbers")
    says = declared.first("correctResponse", "mapEntry") is not None
    ruled = () if says else _ruled(item, declared)
    return QuestionKind.NUMERIC, (), spans_of(item.root, declared, ruled)


def _ruled(item: Item, declared: Element) -> frozenset[str]:
    right, has_parts = right_by_rules(item.root, declared)
    if has_parts:
        item.notes.append((ONE_IS_RIGHT, declared.line))
    return right


_Reads = Callable[[Item, Element, Element], _Kind]
_KINDS: dict[str, _Reads] = {
    "choiceInteraction": _choice,
    "textEntryInteraction": _numeric,
    "extendedTextInteraction": _numeric,
}


def _choices(within: Element) -> list[Element]:
    return list(within.all("simpleChoice"))


def _asked(item: Item, body: Element, interaction: Element) -> str:
    """What stands around the interaction, and its prompt."""
    gap = interaction.tag == "textEntryInteraction"
    maker = MarkdownMaker(item.picture)

    def instead(it: Element) -> bool:
        if it is not interaction:
            return False
        for prompt in it.children("prompt"):
            _tell(maker, prompt)
        if gap:
            maker.raw(GAP)
        return True

    _tell(maker, body, instead)
    text = maker.markdown()
    return text.removesuffix(GAP).rstrip() if gap else text


def _said_of(item: Item, choice: Element) -> str:
    inline = [_markdown(it, item.picture) for it in choice.all("feedbackInline")]
    name = choice.attrs.get("identifier")
    modal = [
        _markdown(it, item.picture)
        for it in item.root.children("modalFeedback")
        if it.attrs.get("identifier") == name
    ]
    return "\n\n".join(it for it in [*inline, *modal] if it)


def _general(item: Item, choices: set[str | None]) -> str:
    said = [
        _markdown(it, item.picture)
        for it in item.root.children("modalFeedback")
        if it.attrs.get("identifier") not in choices
    ]
    return "\n\n".join(dict.fromkeys(it for it in said if it))


def _markdown(element: Element, picture: Picture) -> str:
    maker = MarkdownMaker(picture)
    for it in element.inside:
        _tell_one(maker, it)
    return maker.markdown()


def _tell(
    maker: MarkdownMaker,
    element: Element,
    instead: Callable[[Element], bool] = lambda _: False,
) -> None:
    if instead(element) or element.tag in _FEEDBACK:
        return
    attrs = element.attrs
    if element.tag == "object" and attrs.get("type", "").startswith("image/"):
        shown = {"src": attrs.get("data", ""), "alt": element.text}
        maker.start("img", shown)
        return
    if element.tag == "object" and attrs.get("type", "").startswith(_PLAYED):
        raise CannotAsk("this plays a sound or a film")
    maker.start(element.tag, attrs)
    for it in element.inside:
        _tell_one(maker, it, instead)
    maker.end(element.tag)


def _tell_one(
    maker: MarkdownMaker,
    it: Element | str,
    instead: Callable[[Element], bool] = lambda _: False,
) -> None:
    if isinstance(it, str):
        maker.data(it)
    else:
        _tell(maker, it, instead)
