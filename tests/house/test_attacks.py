"""The list of attacks names tests that exist, and every test of an attack stands in it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTED = re.findall(r"`(tests/\S+\.py)`", (ROOT / "docs/security/attacks.md").read_text())


def test_each_test_that_is_named_is_there() -> None:
    assert len(LISTED) > 25
    assert [name for name in LISTED if not (ROOT / name).exists()] == []


def test_each_attack_that_is_tried_is_named() -> None:
    tried = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/security").glob("test_*.py")}
    assert tried - set(LISTED) == set()
