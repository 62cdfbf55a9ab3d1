"""Our speed beside the peers', measured in one run on one machine.

    python -m benchmarks.ingest   storing points
    python -m benchmarks.read     series for charts
    python -m benchmarks.search   runs of a project
    python -m benchmarks.client   what a training pays for being recorded
    python -m benchmarks.backup   backup, restore and recovery, compared row by row
    python -m benchmarks.scale    four processes behind nginx and pgbouncer against one
    python -m benchmarks.rolling  restarts and a migration under 100 batches a second

Each prints one table: our figure, MLflow's from the same run, the limit of the machine, and the
ratios. `--quick` ends within two minutes. Nothing here is part of the tests, and no test asserts
a time. Servers are processes of their own, on loopback, in folders that are removed afterwards;
the peers' packages are installed into `var/bench/`, never into `.venv`.
"""

import sys
from pathlib import Path

# platform/ is a source root.
sys.path.append(str(Path(__file__).resolve().parent.parent / "platform"))
