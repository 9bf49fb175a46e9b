"""What a page sends as an answer, read and bounded; and how it is kept.

A page knows options only by where they are shown, from 0. Kept is their number in the
question, so that an answer means the same whoever reads it: of a single an int, of a
multiple a rising list, of a numeric the number as a string, null for none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from app.exams.domain.questions import Answer, QuestionKind
from app.kernel.refusals import Refusal

Json: TypeAlias = int | str | list[int] | None
TURN_MOST = 2**53 - 1
"""What a page's numbers can count to."""
NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,15}(?:[.,][0-9]{0,15})?|[.,][0-9]{1,15})(?:[eE][+-]?[0-9]{1,2})?"
)
NUMBER_MOST = 40
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
"""1,234 is 1234 to some, and 1.234 to others."""


class UnknownPlace(Refusal):
    """There is no question at this place. Reload the page."""


class UnknownOption(Refusal):
    """This question has no such option. Reload the page."""


class BadAnswer(Refusal):
    """This answer does not fit its question. Reload the page."""


class NotANumber(Refusal):
    """Write one number, with up to 15 digits before and after a comma or point."""


class AmbiguousNumber(Refusal):
    """This can be read in two ways. Write it with a point, or without a comma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is needed to read an answer; `options` as in `Placed`."""

    kind: QuestionKind
    options: tuple[int, ...]


def parse(place: Place, given: object) -> Answer:
    """Of what stands in the page's JSON. Raises UnknownOption, BadAnswer, NotANumber.

    An empty text or list is no answer.
    """
    if given is None or given in ("", []):
        return None
    if place.kind is QuestionKind.NUMERIC:
        return _number(given)
    if place.kind is QuestionKind.SINGLE:
        return _option(place, given)
    if not isinstance(given, list) or len(given) > len(place.options):
        raise BadAnswer
    chosen = {_option(place, it) for it in given}
    return tuple(sorted(chosen))


def shown(place: Place, answer: Answer) -> Json:
    """As a page knows it: `parse` the other way round."""
    if answer is None:
        return None
    if isinstance(answer, Decimal):
        return _plain(answer)
    if isinstance(answer, int):
        return place.options.index(answer)
    return sorted(place.options.index(it) for it in answer)


def to_json(answer: Answer) -> Json:
    if isinstance(answer, Decimal):
        return _plain(answer)
    return list(answer) if isinstance(answer, tuple) else answer


def from_json(kind: QuestionKind, kept: Json) -> Answer:
    """Of what `to_json` gave."""
    if kept is None:
        return None
    if kind is QuestionKind.NUMERIC:
        return Decimal(str(kept))
    if kind is QuestionKind.SINGLE:
        assert isinstance(kept, int)
        return kept
    assert isinstance(kept, Sequence)
    return tuple(int(it) for it in kept)


def _option(place: Place, given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise BadAnswer
    if not 0 <= given < len(place.options):
        raise UnknownOption
    return place.options[given]


def _number(given: object) -> Decimal:
    """With a comma or a point. No signs between thousands: they mean another
    number elsewhere."""
    if not isinstance(given, str) or len(given) > NUMBER_MOST:
        raise NotANumber
    text = given.strip().replace("\N{MINUS SIGN}", "-")
    if not NUMBER.fullmatch(text):
        raise NotANumber
    with_point = text.replace(",", ".")
    if AMBIGUOUS.fullmatch(text):
        whole = text.replace(",", "")
        raise AmbiguousNumber(
            f"{text} can be read in two ways. Write {whole} or {with_point}."
        )
    return Decimal(with_point)


def _plain(number: Decimal) -> str:
    return str(number)
