"""How the questions of a module behave in exams that are over."""

import asyncio
from uuid import UUID

from app.accounts.service.gatehouse import Gatehouse
from app.exams.domain.questions import Question, is_right
from app.exams.domain.statistics import Answered, ItemStatistics, item_statistics
from app.exams.store import bank as bank_store
from app.exams.store import statistics as store
from app.exams.store.statistics import Given
from app.kernel.ids import ModuleCode

Found = dict[tuple[UUID, int], ItemStatistics]


class Statistics:
    def __init__(self, house: Gatehouse) -> None:
        self._house = house

    async def of_module(self, module: ModuleCode) -> Found:
        """By question and version."""
        async with self._house.db.connection() as tx:
            given = await store.answers(tx, module)
            asked = await bank_store.every_version(tx, module)
        return await asyncio.to_thread(_counted, given, asked)


def _counted(given: list[Given], asked: dict[tuple[UUID, int], Question]) -> Found:
    return item_statistics(
        Answered(
            exam=exam,
            question=question,
            version=version,
            is_right=is_right(asked[question, version], answer),
            answer=answer,
        )
        for exam, question, version, answer in given
        if (question, version) in asked
    )
