"""CSV that a spreadsheet only shows, and never computes (CWE-1236)."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

# Signs with which a spreadsheet begins to compute.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Line:
    """Takes what the CSV writer writes, and hands it back."""

    def write(self, text: str) -> str:
        return text


def csv_rows(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of any table."""
    writer = csv.writer(Line())
    for row in rows:
        yield writer.writerow([guarded(cell) for cell in row])


def guarded(cell: Any) -> Any:
    """A text that a spreadsheet would compute begins with an apostrophe; numbers stay bare."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
