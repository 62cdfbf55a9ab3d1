"""Tables and values as people read them in a terminal."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

from ..words import numbered

RUN_HELP = "an id, the beginning of one, team/project#number, or the run's address"


def as_json(document: Any) -> str:
    """One document, as every `--json` prints it."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Columns of equal width, two spaces between them; the first row is the head."""
    lines = [list(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines
    ]
    return "\n".join("  ".join(cells).rstrip() for cells in padded)


def value(thing: Any, most: int = 60) -> str:
    """Any value in few characters: numbers with 6 digits, long texts cut."""
    if thing is None or thing == "":
        return "-"
    if isinstance(thing, float):
        return f"{thing:.6g}"
    told = thing if isinstance(thing, str) else json.dumps(thing, ensure_ascii=False)
    told = " ".join(told.split())
    return told if len(told) <= most else told[: most - 1] + "…"


def counted(number: int, noun: str) -> str:
    """As 1 file, 2,000 files; nothing for 0."""
    return numbered(number, noun) if number else ""


def pointed(text: str, position: int, most: int = 76) -> str:
    """The line in which a character stands and, below it, a caret; of a long one the part there."""
    begin = text.rfind("\n", 0, position) + 1
    line = text[begin:].partition("\n")[0]
    cut = max(0, position - begin - most // 2)
    shown = "".join(sign if sign.isprintable() else " " for sign in line[cut : cut + most])
    return f"  {shown}\n  {' ' * columns(shown[: position - begin - cut])}^"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(combining(sign) != 0 for sign in text)


def duration(seconds: float | None) -> str:
    """As 3 s, 2 min 5 s, 1 h 2 min."""
    if seconds is None:
        return "-"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
