"""The code of a run as its page shows it: the cells of a notebook as they ran, or a script.

Clients write these documents as `docs/api.md` says; what has another form is left out or shown
as it is, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ahnb_platform.web.formats import counted

MOST_CELLS = 200
MOST_MODULES = 50
MOST_CHARACTERS = 60_000  # of all that is shown at once; the API has everything


@dataclass(frozen=True)
class CellRow:
    """One executed cell. `label` is the number that stood beside it."""

    label: str
    source: str | None
    status: str
    seconds: float | None
    error: str
    began_run: bool


@dataclass(frozen=True)
class FileRow:
    """A file of the program; `remark` says what the text does not."""

    path: str
    source: str | None
    remark: str


@dataclass(frozen=True)
class Code:
    """What the card shows. `left_out` counts cells or files beyond what a page can hold."""

    title: str
    cells: Sequence[CellRow] = ()
    files: Sequence[FileRow] = ()
    warnings: Sequence[str] = ()
    changes: str = ""
    other: Mapping[str, Any] | None = None
    left_out: int = 0


class Room:
    """Shares what can be held among texts: a page's, unless more is said."""

    def __init__(
        self,
        characters: int = MOST_CHARACTERS,
        cells: int = MOST_CELLS,
        modules: int = MOST_MODULES,
    ) -> None:
        self._left, self.cells, self.modules = characters, cells, modules

    def fit(self, text: str) -> str:
        shown = text[: self._left]
        self._left -= len(shown)
        more = len(text) - len(shown)
        return (
            shown if not more else f"{shown}\n… {counted(more, 'more character')}, see the record"
        )


def code_of(document: Any, room: Room | None = None) -> Code | None:
    """What to show of an event `code`; None where there is none."""
    room = room or Room()
    if not isinstance(document, Mapping) or not document:
        return None
    kind = document.get("kind")
    if kind == "notebook":
        return _notebook(document, room)
    if kind == "script":
        return _script(document, room)
    return Code("", other=document)


# A notebook


def _notebook(document: Mapping[str, Any], room: Room) -> Code:
    cells = [cell for cell in _listed(document.get("cells")) if isinstance(cell, Mapping)]
    shown = cells[-room.cells :]
    sources = _mapped(document.get("sources"))
    return Code(
        _text(document.get("name")) or "notebook",
        cells=[_cell(cell, sources, document.get("began_in"), room) for cell in shown],
        files=_modules(document, room),
        warnings=_warnings(document),
        changes=_changes(document, room),
        left_out=len(cells) - len(shown) + _count(document.get("more_cells")),
    )


def _cell(
    cell: Mapping[str, Any], sources: Mapping[str, Any], began_in: Any, room: Room
) -> CellRow:
    count, seq = cell.get("execution_count"), cell.get("seq")
    source = sources.get(_text(cell.get("sha256")))
    error = _mapped(cell.get("error"))
    message = ": ".join(filter(None, (_text(error.get("type")), _text(error.get("message")))))
    return CellRow(
        label=f"[{count}]" if _is_count(count) else "[ ]",
        source=room.fit(source) if isinstance(source, str) else None,
        status=_text(cell.get("status")),
        seconds=_seconds_between(cell.get("start"), cell.get("end")),
        error=message[:500],
        began_run=_is_count(seq) and seq == began_in,
    )


def _warnings(document: Mapping[str, Any]) -> list[str]:
    told = [_text(_mapped(each).get("text")) for each in _listed(document.get("warnings"))]
    return [text[:500] for text in told if text][:MOST_MODULES]


def _seconds_between(start: Any, end: Any) -> float | None:
    if not all(isinstance(moment, float | int) for moment in (start, end)):
        return None
    return max(float(end) - float(start), 0.0)


# A script


def _script(document: Mapping[str, Any], room: Room) -> Code:
    script = [_file(document, room)] if document.get("path") else []
    files = [*script, *_modules(document, room)]
    modules = len(_listed(document.get("modules")))
    return Code(
        script[0].path if script else "script",
        files=files,
        changes=_changes(document, room),
        left_out=max(modules - room.modules, 0) + _count(document.get("more_modules")),
    )


def _modules(document: Mapping[str, Any], room: Room) -> list[FileRow]:
    modules = _listed(document.get("modules"))[: room.modules]
    return [_file(module, room) for module in modules if isinstance(module, Mapping)]


def _file(file: Mapping[str, Any], room: Room) -> FileRow:
    source, left_out = file.get("source"), _text(file.get("left_out"))
    remarks = {
        "changed on disk after it was loaded": file.get("is_newer") is True,
        "secrets in it are masked": file.get("masked") is True,
        f"not recorded ({left_out})": bool(left_out),
    }
    return FileRow(
        path=_text(file.get("path")) or _text(file.get("name")) or "a file",
        source=room.fit(source) if isinstance(source, str) else None,
        remark=", ".join(remark for remark, holds in remarks.items() if holds),
    )


def _changes(document: Mapping[str, Any], room: Room) -> str:
    """The uncommitted changes."""
    diff = _text(_mapped(document.get("git")).get("diff"))
    return room.fit(diff) if diff else ""


# What may be anything


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: Any) -> int:
    return int(value) if _is_count(value) else 0


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
