"""A statement as CSV, signed: every figure exact, every time in UTC."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from app.adapters.signing import Signer, seal_text, verify_text
from app.kernel.sheets import plain
from app.proctoring.ledger.domain import Correction, Entry, Statement, Totals, exact
from app.proctoring.ledger.words import ROLES

COLUMNS = (
    *("kind", "id", "module", "title", "from", "till"),
    *("seconds", "state", "why", "looks"),
)
Row = Mapping[str, object]


def sealed_sheet(
    statement: Statement, titles: Mapping[tuple[str, str], str], signer: Signer
) -> bytes:
    """The last line is the signature of all before it."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    rows.writeheader()
    for row in _rows(statement, titles):
        rows.writerow({name: plain(str(cell)) for name, cell in row.items()})
    return seal_text(text.getvalue(), signer)


def is_genuine(sealed: bytes, signer: Signer) -> bool:
    """Also of a letter whose line ends a mail program made its own."""
    return verify_text(sealed, signer) or verify_text(
        sealed.replace(b"\r\n", b"\n"), signer
    )


def _rows(statement: Statement, titles: Mapping[tuple[str, str], str]) -> Iterator[Row]:
    yield {
        "kind": "student",
        "id": statement.srn,
        "title": statement.name,
        "till": _at(statement.as_of),
    }
    names = {it.code: it.title for it in statement.modules}
    for module in statement.modules:
        of_module = {"module": module.code, "title": module.title}
        yield from ({**row, **of_module} for row in _totals(module.totals))
    yield from ({**row, "title": "all modules"} for row in _totals(statement.overall))
    for entry in statement.entries:
        yield {**_entry(entry), "title": names.get(entry.stretch.module, "")}
        for part in entry.parts:
            yield {
                "kind": "part",
                "id": part.stretch,
                "module": part.module,
                "title": titles.get((part.module, part.topic or ""), part.topic or ""),
                "from": _at(part.since),
                "till": _at(part.till),
                "seconds": exact(part.length_us),
                "state": part.state,
            }
    for it in statement.corrections:
        yield {**_correction(it), "title": names.get(it.module, "")}


def _totals(totals: Totals) -> Iterator[Row]:
    """Corrections are part of what is confirmed."""
    for state in ("confirmed", "provisional", "void"):
        us = getattr(totals, f"{state}_us")
        yield {"kind": "total", "state": state, "seconds": exact(us)}


def _entry(entry: Entry) -> Row:
    it = entry.stretch
    return {
        "kind": "stretch",
        "id": it.stretch,
        "module": it.module,
        "from": _at(it.since),
        "till": _at(it.till),
        "seconds": exact(it.length_us),
        "state": it.state,
        "why": entry.why,
        "looks": entry.looks,
    }


def _correction(it: Correction) -> Row:
    asked, decided = ROLES[it.asked_as], ROLES.get(it.decided_as or "", "")
    return {
        "kind": "correction",
        "id": it.correction,
        "module": it.module,
        "till": _at(it.decided_at or it.asked_at),
        "seconds": exact(abs(it.length_us)),
        "state": "added" if it.seconds > 0 else "taken away",
        "why": f"{it.reason} (Asked by {asked}, approved by {decided}.)",
    }


def _at(when: datetime) -> str:
    utc = when.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"
