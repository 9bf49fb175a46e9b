"""Question banks: files are taken in whole or not at all, and versions stay."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.files import Files
from app.exams.domain.parsed import Parsed
from app.exams.domain.questions import Question
from app.exams.domain.reports import BankRefused, Report, missing_pictures, renamed
from app.exams.service.bank_files import BankFiles
from app.exams.store import bank as store
from app.exams.store.bank import BankFile, Kept
from app.kernel.ids import AccountId, ModuleCode
from app.kernel.refusals import Conflict, NotFound


class NoSuchBank(NotFound):
    """There is no such module."""


class NoSuchQuestion(NotFound):
    """There is no such question in this bank."""


class NameTaken(Conflict):
    """A question of this bank has that name already. Give this one another."""


class Bank:
    def __init__(self, house: Gatehouse, files: Files) -> None:
        self._house = house
        self._files = BankFiles(files)

    async def take(
        self,
        by: AccountId,
        module: ModuleCode,
        source: str,
        parsed: Parsed,
        *,
        replace_all: bool = False,
        dry_run: bool = False,
    ) -> Report:
        """All or nothing; the same content makes no new version. `replace_all`: what
        the file does not have is retired. `source`: gift, qti, csv or form.

        Raises BankRefused (problems) or NoSuchBank.
        """
        if parsed.problems:
            raise BankRefused(parsed.problems)
        async with self._house.db.transaction() as tx:
            await _lock(tx, module)
            there = await store.files(tx, module)
            if missing := missing_pictures(parsed, there):
                raise BankRefused(missing)
            pictures, names = self._files.compare(parsed.pictures, there)
            bank = [renamed(it, names) for it in parsed.questions]
            before = {it.question.name: it for it in await store.newest(tx, module)}
            report = _report(before, bank, parsed, pictures, replace_all=replace_all)
            if dry_run:
                return report
            async with self._files.kept(pictures, parsed.pictures, names):
                await store.insert_files(tx, module, pictures)
                await self._write(tx, by, module, source, (before, bank, report))
        return replace(report, is_kept=True)

    async def _write(
        self,
        tx: Tx,
        by: AccountId,
        module: ModuleCode,
        source: str,
        found: tuple[dict[str, Kept], list[Question], Report],
    ) -> None:
        before, bank, report = found
        now, import_id = self._house.clock.now(), uuid4()
        await store.note_import(tx, import_id, module, source, by, now)
        fresh = {name: uuid4() for name in report.new}
        named = [(question_id, name) for name, question_id in fresh.items()]
        await store.insert_questions(tx, module, named, now)
        made = [
            (fresh[it.name], 1, it)
            if it.name in fresh
            else (before[it.name].question_id, before[it.name].version + 1, it)
            for it in bank
            if it.name in fresh or it.name in report.changed
        ]
        await store.insert_versions(tx, made, import_id, now)
        gone = [before[name].question_id for name in report.retired]
        await store.set_retired(tx, module, gone, now)
        back = [before[name].question_id for name in report.back]
        await store.set_retired(tx, module, back, None)
        await store.save_report(tx, import_id, json.dumps(report.counts()))
        told: dict[str, str | int] = {"module": module, "source": source}
        await self._tell(tx, by, "bank.taken", told | report.counts())

    async def retire(
        self, by: AccountId, module: ModuleCode, question: UUID, *, back: bool = False
    ) -> None:
        """Drawn for no paper any more; `back`: again. Raises NoSuchQuestion."""
        async with self._house.db.transaction() as tx:
            await _lock(tx, module)
            if not await store.versions(tx, module, question):
                raise NoSuchQuestion
            at = None if back else self._house.clock.now()
            if await store.set_retired(tx, module, [question], at):
                what = "question.back" if back else "question.retired"
                details = {"module": module, "question": str(question)}
                await self._tell(tx, by, what, details)

    async def save(
        self, by: AccountId, module: ModuleCode, question: Question, *, new: bool
    ) -> UUID:
        """By hand: a new question, or a version of the one with this name.

        Raises NameTaken, BankRefused or NoSuchBank.
        """
        if new and await self._named(module, question.name):
            raise NameTaken
        await self.take(by, module, "form", Parsed(questions=(question,)))
        kept = await self._named(module, question.name)
        if kept is None:
            raise NoSuchQuestion
        return kept.question_id

    async def questions(self, module: ModuleCode) -> list[Kept]:
        """The newest versions of what is not retired, by name."""
        async with self._house.db.connection() as tx:
            return [it for it in await store.newest(tx, module) if not it.retired_at]

    async def retired(self, module: ModuleCode) -> list[Kept]:
        async with self._house.db.connection() as tx:
            return [it for it in await store.newest(tx, module) if it.retired_at]

    async def find(
        self, module: ModuleCode, text: str, tag: str, page: int
    ) -> tuple[list[Kept], bool]:
        """A page of questions by name, and whether there are more."""
        async with self._house.db.connection() as tx:
            found = await store.find(tx, module, text, tag, page)
        return found[: store.PAGE], len(found) > store.PAGE

    async def versions(self, module: ModuleCode, question: UUID) -> list[Kept]:
        """Newest first. Raises NoSuchQuestion."""
        async with self._house.db.connection() as tx:
            found = await store.versions(tx, module, question)
        if not found:
            raise NoSuchQuestion
        return found

    async def counts(self) -> dict[str, dict[str | None, int]]:
        """Module -> tag -> questions; under None all of the module's."""
        found: dict[str, dict[str | None, int]] = {}
        async with self._house.db.connection() as tx:
            for module, tag, count in await store.tag_counts(tx):
                found.setdefault(module, {})[tag] = count
        return found

    async def file(self, module: ModuleCode, name: str) -> BankFile | None:
        async with self._house.db.connection() as tx:
            return (await store.files(tx, module)).get(name)

    async def pictures(
        self, module: ModuleCode, names: Sequence[str]
    ) -> dict[str, bytes]:
        async with self._house.db.connection() as tx:
            there = await store.files(tx, module)
        return await self._files.read([there[it] for it in names if it in there])

    async def _named(self, module: ModuleCode, name: str) -> Kept | None:
        async with self._house.db.connection() as tx:
            found = await store.newest(tx, module)
        return next((it for it in found if it.question.name == name), None)

    async def _tell(
        self, tx: Tx, by: AccountId, what: str, details: Mapping[str, str | int]
    ) -> None:
        act = Act(at=self._house.clock.now(), by=by, what=what, details=details)
        await self._house.trail.write(tx, act)


async def _lock(tx: Tx, module: ModuleCode) -> None:
    if not await store.lock_bank(tx, module):
        raise NoSuchBank


def _report(
    before: dict[str, Kept],
    bank: Sequence[Question],
    parsed: Parsed,
    pictures: Sequence[BankFile],
    *,
    replace_all: bool,
) -> Report:
    names = {it.name for it in bank}
    known = [it for it in bank if it.name in before]
    changed = [it.name for it in known if before[it.name].question != it]
    gone = [it for it in before.values() if it.question.name not in names]
    return Report(
        new=tuple(it.name for it in bank if it.name not in before),
        changed=tuple(changed),
        same=len(known) - len(changed),
        retired=tuple(
            it.question.name for it in gone if replace_all and not it.retired_at
        ),
        back=tuple(it.name for it in known if before[it.name].retired_at),
        pictures=tuple(it.name for it in pictures),
        notes=parsed.notes,
    )
