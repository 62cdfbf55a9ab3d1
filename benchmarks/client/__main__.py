"""`python -m benchmarks.client`: measure, and print the table."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.report import machine
from benchmarks.servers import ahnb

from .figures import SECTIONS, Sizes, measured
from .peers import Programs, install
from .table import table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.client", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, two to three minutes")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    options = parser.parse_args()
    versions = install()
    sizes = Sizes.quick() if options.quick else Sizes()
    with tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder:
        scratch = Path(folder)
        with ahnb.serving(scratch / "server") as server:
            programs = Programs(
                scratch,
                {
                    "AHNB_SERVER": f"http://127.0.0.1:{server.port}",
                    "AHNB_API_KEY": server.token,
                    "AHNB_PROJECT": ahnb.PROJECT,
                },
            )
            figures = list(measured(programs, sizes, options.only))
    print(table(figures))
    print()
    print(
        f"Medians of {sizes.rounds} rounds in turns (calls and imports of "
        f"peers {sizes.peer_rounds}). {machine()}"
    )
    print(", ".join(f"{name} {version}" for name, version in versions.items()))


if __name__ == "__main__":
    main()
