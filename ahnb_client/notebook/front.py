"""What the front end says about the notebook: kernel, cells, name. Nothing is guessed."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ahnb_client.capture.values import text

_VSCODE_CELL = "vscode-notebook-cell:"
_LARGEST_FILE = 20_000_000


def is_kernel(shell: Any) -> bool:
    """Tell whether `shell` runs in a notebook's kernel; a terminal shows no HTML."""
    return any(kind.__name__ == "ZMQInteractiveShell" for kind in type(shell).__mro__)


def request_metadata(shell: Any) -> Mapping[str, Any]:
    """Return what came with the request that the kernel is executing; empty elsewhere."""
    parent = shell.get_parent() if is_kernel(shell) else None
    metadata = (parent or {}).get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def cell_id(metadata: Mapping[str, Any]) -> str | None:
    """Return the id of the cell that is executed, where the front end gives one."""
    given = metadata.get("cellId")
    return text(given, 1_000) if isinstance(given, str) and given else None


def deleted_cells(metadata: Mapping[str, Any]) -> list[str]:
    """Return the ids of the cells that were deleted since the last request."""
    given = metadata.get("deletedCells")
    return [text(each, 1_000) for each in given] if isinstance(given, list) else []


def notebook_name(shell: Any, cell: str | None = None) -> str | None:
    """Return the notebook's path as the front end says it; None if it does not.

    JupyterLab, VS Code and AHNB_NOTEBOOK say it; where nothing does, that is no fault.
    """
    said = (
        os.environ.get("AHNB_NOTEBOOK")
        or shell.user_ns.get("__vsc_ipynb_file__")
        or _of_vscode(cell or "")
        or os.environ.get("JPY_SESSION_NAME")
    )
    return text(said, 1_000) if isinstance(said, str) and said else None


def _of_vscode(cell: str) -> str | None:
    if not cell.startswith(_VSCODE_CELL):
        return None
    return unquote(cell.removeprefix(_VSCODE_CELL).partition("#")[0])


def document_order(name: str | None) -> dict[str, int]:
    """Return the place of each cell in the notebook's file as it was last saved.

    Empty where there is no such file, or where it is older than ids of cells.
    """
    path = Path(name) if name else None
    try:
        if path is None or path.suffix != ".ipynb" or path.stat().st_size > _LARGEST_FILE:
            return {}
        cells = json.loads(path.read_text("utf-8"))["cells"]
        return {cell["id"]: place for place, cell in enumerate(cells) if "id" in cell}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
