"""The provider's books beside ours: what is not the same in both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.money import Money


class Kind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


class Wrong(StrEnum):
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    OTHER_AMOUNT = "other_amount"
    OTHER_STATE = "other_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of one of the books. `name`: the provider's id. `moves`: whether money
    moves by it, which it does not by a refund that was refused."""

    kind: Kind
    name: str
    amount: Money
    moves: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`here` or `there` None: it is missing there."""

    kind: Kind
    name: str
    wrong: Wrong
    here: Money | None
    there: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """`checked`: how many lines of the provider's and ours were held side by side."""

    differences: list[Difference]
    checked: int


def compare(here: Iterable[Entry], there: Iterable[Entry]) -> Reconciled:
    ours, theirs = _by_name(here), _by_name(there)
    keys = sorted(ours.keys() | theirs.keys())
    found = [_difference(ours.get(key), theirs.get(key)) for key in keys]
    return Reconciled(
        differences=[it for it in found if it is not None], checked=len(keys)
    )


def _by_name(entries: Iterable[Entry]) -> Mapping[tuple[Kind, str], Entry]:
    return {(it.kind, it.name): it for it in entries}


def _difference(here: Entry | None, there: Entry | None) -> Difference | None:
    one = here or there
    assert one is not None
    wrong = _wrong(here, there)
    if wrong is None:
        return None
    return Difference(
        kind=one.kind,
        name=one.name,
        wrong=wrong,
        here=here.amount if here else None,
        there=there.amount if there else None,
    )


def _wrong(here: Entry | None, there: Entry | None) -> Wrong | None:
    if not any(it.moves for it in (here, there) if it):
        return None
    if here is None:
        return Wrong.MISSING_HERE
    if there is None:
        return Wrong.MISSING_THERE
    if here.moves is not there.moves:
        return Wrong.OTHER_STATE
    return Wrong.OTHER_AMOUNT if here.amount != there.amount else None
