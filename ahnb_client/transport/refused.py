"""What servers refused, as the files beside the spools keep it."""

import json
from pathlib import Path
from typing import Any

_LAST_BYTES = 1 << 16


def reason_in(path: Path) -> str:
    """Why the newest thing in a `refused.ndjson` was refused; empty if that cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LAST_BYTES))
            line = json.loads(file.read().splitlines()[-1])
    except (OSError, ValueError, IndexError):
        return ""
    return _reason(line) if isinstance(line, dict) else ""


def _reason(line: dict[str, Any]) -> str:
    if line.get("detail"):
        what = f"{' and '.join(line['left_out'])} left out: " if line.get("left_out") else ""
        return f"{what}{line['detail']}"
    rejected = line.get("rejected") or [{}]
    if rejected[0].get("detail"):
        return f"{rejected[0].get('pointer')}: {rejected[0]['detail']}"
    for event in line.get("why") or []:
        return str(json.loads(event)["data"].get("detail") or "")
    return ""
