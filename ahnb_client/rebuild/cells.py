"""A notebook's cells as a program: in the order in which they ran."""

from collections.abc import Mapping
from typing import Any


def program_cells(code: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the sources of the cells as they ran, and in words what is not among them.

    Cells that failed are left out, as they would end the program, unless the run began there.
    """
    sources, missing = [], []
    recorded = code.get("sources") or {}
    masked = code.get("masked") or []
    for cell in code.get("cells") or []:
        name = f"cell [{cell.get('execution_count') or cell.get('seq')}]"
        source = recorded.get(cell.get("sha256"))
        began_run = cell.get("seq") == code.get("began_in")
        if cell.get("status") in ("failed", "interrupted") and not began_run:
            missing.append(f"{name} did not run to its end, and is left out")
        elif not isinstance(source, str):
            missing.append(f"{name} was too large to be recorded")
        else:
            sources.append(source)
            if cell.get("sha256") in masked:
                missing.append(f"{name} had secrets in it, which are *** now")
    if code.get("more_cells"):
        missing.append(f"the first {code['more_cells']} cells were not kept")
    return sources, missing
