"""Which modules are a student's own: the mandatory ones and the electives picked."""

from collections.abc import Iterable, Mapping

from app.kernel.ids import ModuleCode
from app.kernel.refusals import Conflict, Refusal
from app.learning.domain.catalogue import Module, StudySet


class NotOfThisSet(Refusal):
    """This module is none of this set's. Please pick one that is listed."""


class PickFirst(Conflict):
    """This is an elective. Pick it on your dashboard first, then study it."""


class ElectiveKept(Conflict):
    """An hour of your elective is confirmed, so it stays. Ask the helpdesk if this is
    wrong for you."""


def own_modules(
    sets: Iterable[StudySet], picked: Mapping[str, ModuleCode]
) -> list[Module]:
    """In the order of the sets; a set not decided yet adds nothing."""
    return [
        module
        for study_set in sets
        for module in study_set.modules
        if study_set.mandatory or picked.get(study_set.code) == module.code
    ]


def require_pickable(sets: Iterable[StudySet], set_code: str, module: str) -> Module:
    """Raises NotOfThisSet."""
    for study_set in sets:
        if study_set.code == set_code and not study_set.mandatory:
            for it in study_set.modules:
                if it.code == module:
                    return it
    raise NotOfThisSet


def require_own(
    sets: Iterable[StudySet], picked: Mapping[str, ModuleCode], module: Module
) -> None:
    """Raises PickFirst, naming the set to pick of."""
    own = {it.code for it in own_modules(sets, picked)}
    if module.code not in own:
        raise PickFirst(set=module.set_code, module=module.code)
