"""IPython at a terminal: the same notes and cells, lines instead of cards."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.ahnb_client.server import Store

LINES = """\
%load_ext ahnb_client
import ahnb_client
run = ahnb_client.run(name="a")
run.log({"loss": 1.0})
%nb typed at a terminal
run.finish()
print("waited", run.wait(20))
"""


def test_a_terminal_shows_lines_and_records_cells_and_notes(
    settings: dict[str, str], store: Store, arrived: Callable[..., Any], tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-m",
        "IPython",
        "--simple-prompt",
        "--no-banner",
        "--no-confirm-exit",
    ]
    told = subprocess.run(
        command,
        input=LINES,
        env=settings,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    (run_id,) = store.runs
    assert "ahnb: recording a, http://127.0.0.1:" in told.stdout
    assert "ahnb: a: finished, loss 1" in told.stdout
    assert "<div" not in told.stdout
    assert "Traceback" not in told.stdout + told.stderr
    assert [note["text"] for note in store.events(run_id, "note")] == ["typed at a terminal"]
    sources = store.events(run_id, "code")[-1]["sources"].values()
    assert 'run = ahnb_client.run(name="a")' in [source.strip() for source in sources]
