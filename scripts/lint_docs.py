#!/usr/bin/env python
"""Write `docs/lint/`, a page for each rule, from the rules themselves: `scripts/lint_docs.py`.

A test says so when the pages are not what the rules say.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from ahnb_client.linting.pages import pages  # noqa: E402 - the path is needed first


def main() -> None:
    folder = HERE / "docs" / "lint"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
