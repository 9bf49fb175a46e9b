"""What the responseProcessing of a QTI item pays for, where its responseDeclaration
says of nothing that it is right: so write exporters that began with QTI 1.2.

Of the branches of one responseCondition the best paid one says what is right. Response
processing is told in IMS QTI 2.1, Assessment Test, Section and Item Information Model,
section 8.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.exams.domain.xml_tree import Element

_POINTS = re.compile(r"\d{1,9}(\.\d{1,9})?")
_Paid = tuple[Decimal, frozenset[str] | None]


def right_by_rules(root: Element, declared: Element) -> tuple[frozenset[str], bool]:
    """Names of choices, or numbers as they are written; none where it pays for nothing,
    or for something that is no plain comparison. And whether a lesser answer is paid,
    too."""
    processing = root.first("responseProcessing")
    if processing is None:
        return frozenset(), False
    rules = _Rules(root, declared)
    conditions = [
        list(rules.paid(it)) for it in processing.children("responseCondition")
    ]
    if any(names is None for found in conditions for _, names in found):
        return frozenset(), False
    best = [_best(found) for found in conditions if found]
    if declared.attrs.get("cardinality") == "single":
        best = [_best([it for found in best for it in found])] if best else []
    elif any(len({names for _, names in found}) > 1 for found in best):
        return frozenset(), False  # either of two sets
    right = frozenset[str]().union(*(names or () for it in best for _, names in it))
    paid = {name for found in conditions for _, names in found for name in names or ()}
    return right, bool(paid - right)


def _best(found: Sequence[_Paid]) -> list[_Paid]:
    """What is paid the same is right the same."""
    most = max((points for points, _ in found), default=Decimal(0))
    return [it for it in found if it[0] == most]


class _Rules:
    def __init__(self, root: Element, declared: Element) -> None:
        self._given = declared.attrs.get("identifier", "")
        self._single = declared.attrs.get("cardinality") == "single"
        self._scores = {
            it.attrs.get("identifier")
            for it in root.children("outcomeDeclaration")
            if it.attrs.get("baseType") in ("integer", "float")
        }

    def paid(self, condition: Element) -> Iterator[_Paid]:
        """Of each branch that pays, what it pays for; None: not understood."""
        for branch in condition.all("responseIf", "responseElseIf", "responseElse"):
            points = sum(map(self._points, branch.children("setOutcomeValue")))
            if points > 0:
                yield Decimal(points), self._named(branch.children()[0]) or None

    def _points(self, setting: Element) -> Decimal:
        """Of a number, or of a number more than before; else 0."""
        inside = setting.children()
        if setting.attrs.get("identifier") not in self._scores or len(inside) != 1:
            return Decimal(0)
        (it,) = inside
        values = [it] if it.tag == "baseValue" else it.children("baseValue")
        if it.tag not in ("baseValue", "sum") or len(values) != 1:
            return Decimal(0)
        said = values[0].text.strip()
        return Decimal(said) if _POINTS.fullmatch(said) else Decimal(0)

    def _named(self, it: Element) -> frozenset[str] | None:
        """What the answer has to be, or to hold; None for what is not understood."""
        if it.tag in ("match", "member"):
            variables = [one.attrs.get("identifier") for one in it.all("variable")]
            if variables != [self._given]:
                return None
            return frozenset(one.text.strip() for one in it.all("baseValue"))
        if it.tag == "not":
            return frozenset()
        if it.tag == "and" or (it.tag == "or" and self._single):
            parts = [self._named(one) for one in it.children()]
            known = [names for names in parts if names is not None]
            whole = len(known) == len(parts)
            return frozenset[str]().union(*known) if whole else None
        return None
