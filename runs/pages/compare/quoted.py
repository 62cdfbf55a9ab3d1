"""A comparison as Markdown: the same sections, each run with a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ahnb_platform.web.quoting import Cell, markdown, markdown_text

from .comparison import Asked, Section


def markdown_of(asked: Asked, found: Mapping[str, Any], server: str, address: str) -> str:
    """All of the page but the drawing.

    Args:
        found: what `comparison_of` gave.
        server: the address of the server, before those of runs.
        address: where this comparison is seen.
    """
    return "\n".join(_lines(asked, found, server, address))


def _lines(asked: Asked, found: Mapping[str, Any], server: str, address: str) -> Iterator[str]:
    yield f"# {len(asked.runs)} runs compared\n\n<{address}>\n"
    if asked.objective:
        yield f"## Is the difference real? ({markdown_text(asked.objective.metric)})\n"
        yield f"Against #{asked.runs[asked.base].number}:\n"
        for verdict in found["verdicts"]:
            words = f"#{verdict.number}: {verdict.title}. {verdict.detail}"
            yield f"- {markdown_text(words)}"
        yield ""
    for section in found["sections"]:
        if section.table.rows:
            yield f"## {section.title}\n\n{_table(asked, section, server)}"
    if found["diff"] and found["diff"].lines:
        yield from _code(asked, [line for _, line in found["diff"].lines])


def _table(asked: Asked, section: Section, server: str) -> str:
    """Runs are rows here: their links stand in the first column, which a head cannot have."""
    head = ["run", *(row.label for row in section.table.rows)]
    rows = [
        [
            Cell(f"#{run.number} {run.name}", f"{server}{run.get_absolute_url()}"),
            *(_cell(row.cells[place]) for row in section.table.rows),
        ]
        for place, run in enumerate(asked.runs)
    ]
    return markdown(head, rows, [])


def _cell(cell: Any) -> Cell:
    return Cell(f"{cell.text} ({cell.note})" if cell.note else cell.text)


def _code(asked: Asked, lines: list[str]) -> Iterator[str]:
    """In a fence longer than any in the code."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    base, other = asked.runs[asked.base].number, asked.runs[asked.other].number
    yield f"## Code, #{base} against #{other}\n"
    yield "\n".join([f"{fence}diff", *lines, fence, ""])
