"""How much of who may what is stated, and whether the server keeps to it.

python -m benchmarks.authorization           # runs the tests of every cell, prints the numbers
python -m benchmarks.authorization --write   # writes docs/security/authorization.md
"""

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/security/authorization.md"
TESTS = [
    f"tests/house/test_{name}.py"
    for name in ("routes", "routes_admin", "routes_doors", "routes_hidden", "authorization")
]


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="only write the document")
    is_writing = parser.parse_args().write
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    django.setup()
    from tests.house.routes.matrix import document, summary

    if is_writing:
        DOCUMENT.write_text(document())
        return 0
    tests = subprocess.run([sys.executable, "-m", "pytest", "-q", *TESTS], cwd=ROOT, check=False)
    kept = "all as stated" if tests.returncode == 0 else "NOT all as stated"
    sys.stdout.write(f"{summary()}, {kept}\n")
    return tests.returncode


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ahnb_platform.settings")
    sys.exit(main())
