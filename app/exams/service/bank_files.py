"""Pictures of banks in the house's files."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath

from app.adapters.files import Files
from app.exams.domain.parsed import CannotAsk, Problem
from app.exams.domain.pictures import picture_kind
from app.exams.domain.reports import BankRefused
from app.exams.store.bank import BankFile
from app.learning.content.files import picture_trouble


class BankFiles:
    def __init__(self, files: Files) -> None:
        self._files = files

    def compare(
        self, given: Mapping[str, bytes], there: Mapping[str, BankFile]
    ) -> tuple[list[BankFile], dict[str, str]]:
        """What is new, and which of them go by another name: a picture in the bank
        never changes under its name, old versions show it. Raises BankRefused."""
        new: list[BankFile] = []
        names: dict[str, str] = {}
        for name, content in sorted(given.items()):
            sha256 = hashlib.sha256(content).digest()
            kept = there.get(name)
            if kept is not None and kept.sha256 != sha256:
                path = PurePosixPath(name)
                names[name] = f"{path.stem[:80]}-{sha256.hex()[:8]}{path.suffix}"
                kept = there.get(names[name])
            if kept is None:
                new.append(_file(names.get(name, name), sha256, content))
        return new, names

    @asynccontextmanager
    async def kept(
        self,
        new: Sequence[BankFile],
        given: Mapping[str, bytes],
        names: Mapping[str, str],
    ) -> AsyncIterator[None]:
        """Keeps the bytes; when what follows fails, those that are new go again."""
        by_name = {names.get(name, name): content for name, content in given.items()}
        fresh: list[bytes] = []
        try:
            for it in new:
                if await self._keep(it, by_name[it.name]):
                    fresh.append(it.sha256)
            yield
        except BaseException:
            for sha256 in fresh:
                await self._files.forget(sha256)
            raise

    async def read(self, files: Sequence[BankFile]) -> dict[str, bytes]:
        """Those that are there."""
        found = {}
        for it in files:
            path = self._files.path_of(it.sha256)
            if path.is_file():
                found[it.name] = await asyncio.to_thread(path.read_bytes)
        return found

    async def _keep(self, it: BankFile, content: bytes) -> bool:
        with tempfile.NamedTemporaryFile() as file:
            await asyncio.to_thread(file.write, content)
            file.flush()
            return await self._files.keep(Path(file.name), it.sha256)


def _file(name: str, sha256: bytes, content: bytes) -> BankFile:
    """Raises BankRefused."""
    try:
        kind = picture_kind(content)
    except CannotAsk as why:
        raise _refused(name, str(why)) from why
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        if trouble := picture_trouble(Path(file.name)):
            raise _refused(name, trouble)
    return BankFile(name=name, sha256=sha256, media_type=kind, size=len(content))


def _refused(name: str, words: str) -> BankRefused:
    return BankRefused([Problem(line=0, element="picture", words=words, file=name)])
