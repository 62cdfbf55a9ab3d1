"""`imports MODULE …`: what the first import takes, in a fresh process."""

from __future__ import annotations

import importlib
import sys
import time


def main(names: list[str]) -> None:
    begun = time.perf_counter()
    for name in names:
        importlib.import_module(name)
    seconds = time.perf_counter() - begun
    from .measure import tell

    tell(milliseconds=seconds * 1e3, heavy=[n for n in HEAVY if n in sys.modules])


HEAVY = ("keras", "numpy", "requests")

if __name__ == "__main__":
    main(sys.argv[1:])
