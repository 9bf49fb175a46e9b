"""Importing content: all or nothing, in one transaction.

Importing again updates what changed; what a student read and studied stays.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from uuid import UUID, uuid4

from app.adapters.db import Database, Tx
from app.adapters.files import Files
from app.kernel.clock import Clock
from app.kernel.refusals import Conflict
from app.learning.domain.catalogue import Module, StudySet
from app.learning.domain.imports import (
    ImportReport,
    ModuleReport,
    compare_files,
    differs,
)
from app.learning.store import imports as store


class ModuleMoved(Conflict):
    """A module cannot move to another set: students may have picked it there."""


class Imports:
    def __init__(self, db: Database, clock: Clock, files: Files) -> None:
        self._db = db
        self._clock = clock
        self._files = files

    async def run(
        self, sets: Sequence[StudySet], folder: Path, *, retire: bool = False
    ) -> ImportReport:
        """All or nothing. `retire`: also modules that the folder does not have.

        Raises ModuleMoved; ValueError when a file changed since it was read.
        """
        async with self._db.transaction() as tx:
            await store.lock(tx)
            await _refuse_moves(tx, sets)
            fresh: list[bytes] = []
            try:
                await self._keep_files(sets, folder, fresh)
                return await self._write(tx, sets, retire=retire)
            except BaseException:
                # Under the lock nobody else relies on them yet. After it, a commit
                # whose answer is lost may have happened: then they stay.
                for sha256 in fresh:
                    await self._files.forget(sha256)
                raise

    async def _keep_files(
        self, sets: Sequence[StudySet], folder: Path, fresh: list[bytes]
    ) -> None:
        for module in (it for study_set in sets for it in study_set.modules):
            place = folder / module.set_code / module.code / "files"
            for file in module.files:
                if await self._files.keep(place / file.name, file.sha256):
                    fresh.append(file.sha256)

    async def _write(
        self, tx: Tx, sets: Sequence[StudySet], *, retire: bool
    ) -> ImportReport:
        import_id = uuid4()
        await store.note_import(tx, import_id, self._clock.now())
        reports = []
        for study_set in sets:
            await store.upsert_set(tx, study_set)
            for at, module in enumerate(study_set.modules):
                await store.upsert_module(tx, module, at)
                reports.append(await self._write_module(tx, module, import_id))
        report = ImportReport(modules=tuple(reports))
        codes = [it.module for it in reports]
        if retire:
            now = self._clock.now()
            gone = await store.retire_modules(tx, codes, now)
            await store.retire_sets(tx, [it.code for it in sets], now)
            report = replace(report, retired=tuple(gone))
        else:
            left = await store.modules_not_in(tx, codes)
            report = replace(report, left=tuple(left))
        await store.save_report(tx, import_id, json.dumps(asdict(report)))
        return report

    async def _write_module(
        self, tx: Tx, module: Module, import_id: UUID
    ) -> ModuleReport:
        before = await store.topics_before(tx, module.code)
        changed = [it for it in module.topics if differs(before.get(it.code), it)]
        for at, topic in enumerate(module.topics):
            await store.upsert_topic(tx, module.code, topic, at)
        for topic in changed:
            await store.keep_version(tx, module.code, topic, import_id)
        files = compare_files(await store.files_before(tx, module.code), module.files)
        await store.replace_files(tx, module.code, module.files)
        kept = [it.code for it in module.topics]
        retired = await store.retire_topics(tx, module.code, kept, self._clock.now())
        return ModuleReport(
            module=module.code,
            added=tuple(it.code for it in changed if it.code not in before),
            changed=tuple(it.code for it in changed if it.code in before),
            unchanged=len(module.topics) - len(changed),
            retired=tuple(retired),
            **files,
        )


async def _refuse_moves(tx: Tx, sets: Sequence[StudySet]) -> None:
    homes = await store.sets_of_modules(tx)
    for module in (it for study_set in sets for it in study_set.modules):
        home = homes.get(module.code, module.set_code)
        if home != module.set_code:
            raise ModuleMoved(
                f"{module.set_code}/{module.code}: this module is in set {home}. A "
                "module cannot move: students may have picked it there. Give it "
                "another code."
            )
