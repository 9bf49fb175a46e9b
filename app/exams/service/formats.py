"""Files of questions in and out: which format one is, and a bank as one of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from app.exams.domain.gift import read_gift
from app.exams.domain.gift_writer import write_gift
from app.exams.domain.parsed import Gathering, Parsed
from app.exams.domain.qti import read_qti
from app.exams.domain.qti_writer import write_qti
from app.exams.domain.rendering import pictures_of
from app.exams.domain.reports import texts_of
from app.exams.domain.sheet import read_sheet, write_sheet
from app.exams.service.bank import Bank
from app.kernel.ids import ModuleCode
from app.kernel.refusals import NotFound

FORMATS = ("gift", "qti", "csv")
FILE_MOST = 32 * 1024 * 1024
_TEXTS = {"gift": "text/plain", "csv": "text/csv"}


class NoSuchFormat(NotFound):
    """Banks are exported as GIFT, QTI or CSV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    source: str
    parsed: Parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    name: str
    media_type: str
    content: bytes


async def read_file(
    content: bytes,
    name: str,
    *,
    leave_out: bool = False,
    pictures: Mapping[str, bytes] | None = None,
) -> ReadFile:
    """By its name's ending and its first bytes; `pictures`: given beside it."""
    source = _source(content, name)
    parsed = await asyncio.to_thread(_read, content, name, source, leave_out)
    given = {**parsed.pictures, **(pictures or {})}
    return ReadFile(source=source, parsed=replace(parsed, pictures=given))


async def export(bank: Bank, module: ModuleCode, kind: str) -> ExportedFile:
    """The newest versions of what is not retired. GIFT and CSV come without pictures.
    Raises NoSuchFormat."""
    if kind not in FORMATS:
        raise NoSuchFormat
    questions = [it.question for it in await bank.questions(module)]
    if kind == "qti":
        names = [name for it in questions for name in pictures_of(*texts_of(it))]
        pictures = await bank.pictures(module, list(dict.fromkeys(names)))
        content = await asyncio.to_thread(write_qti, questions, pictures)
        name, media_type = f"{module}-questions-qti21.zip", "application/zip"
    else:
        write = write_gift if kind == "gift" else write_sheet
        content = (await asyncio.to_thread(write, questions)).encode()
        name = f"{module}-questions.{'csv' if kind == 'csv' else 'gift.txt'}"
        media_type = _TEXTS[kind]
    return ExportedFile(name=name, media_type=media_type, content=content)


def _source(content: bytes, name: str) -> str:
    ending = PurePosixPath(name.lower()).suffix
    if content[:4] == b"PK\x03\x04" or ending in (".zip", ".xml"):
        return "qti"
    return "csv" if ending in (".csv", ".tsv") else "gift"


def _read(content: bytes, name: str, source: str, leave_out: bool) -> Parsed:
    if len(content) > FILE_MOST:
        gathering = Gathering()
        gathering.wrong(f"has more than {FILE_MOST // 1024 // 1024} MB", 0)
        return gathering.parsed()
    if source == "qti":
        return read_qti(content, leave_out=leave_out, name=name)
    read = read_sheet if source == "csv" else read_gift
    return read(content, leave_out=leave_out)
