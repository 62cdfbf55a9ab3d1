"""`scripts/install`, begun twice at once in a checkout."""

import select
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALLING = """
import install
with install.alone():
    print("alone", flush=True)
    input()
"""


def installing() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", INSTALLING],
        cwd=ROOT / "scripts",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_of_two_one_installs_and_the_other_waits() -> None:
    with installing() as one:
        assert one.stdout is not None
        assert one.stdout.readline() == "alone\n"
        with installing() as other:
            assert select.select([other.stdout], [], [], 1.0)[0] == []
            one.communicate("\n")
            assert other.communicate("\n")[0] == "alone\n"
    assert (one.returncode, other.returncode) == (0, 0)
