"""What counting for a quota costs the ingest: `python -m benchmarks.quota [--quick]`.

Eight clients send batches of 10 x 100 points, by turns into a project without a limit on points
and into one with a limit that is far away; the best of the turns count.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .ingest import measure_ours
from .report import Row, big, machine, table, yes
from .servers import ahnb

CLIENTS, POINTS = 8, 100
LIMIT = 10**12
TURNS = 3


def rates(seconds: float) -> tuple[float, float]:
    """Batches a second without and with a limit."""
    best = {False: 0.0, True: 0.0}
    with (
        tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder,
        ahnb.serving(Path(folder) / "data") as server,
    ):
        for _ in range(TURNS):
            for is_limited in best:
                limit = ["--points", str(LIMIT)] if is_limited else []
                ahnb.manage(server.data, "setquota", ahnb.PROJECT, *limit)
                rate = measure_ours(server, CLIENTS, POINTS, seconds).rate
                best[is_limited] = max(best[is_limited], rate)
    return best[False], best[True]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter loads")
    free, limited = rates(3.0 if parser.parse_args().quick else 10.0)
    share = limited / free
    row = Row(
        "8 clients, 10 x 100 points a batch, with a quota: batches/s",
        big(limited),
        ratio=f"{share:.0%} of {big(free)} without",
        goal="95 %",
        reached=yes(share >= 0.95),
    )
    print(f"{machine()}\n")
    print(table([row]))


if __name__ == "__main__":
    main()
