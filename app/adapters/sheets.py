"""CSV for spreadsheets, which take some cells for formulas."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def sheet(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """A row's cells by column; one that is missing stays empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: plain(str(cell)) for name, cell in row.items()})
    return text.getvalue()


def plain(cell: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
