"""ARCHITECTURE.md says where everything is."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("ahnb_client", "platform/ahnb_platform", "projects", "runs", "runs/pages", "benchmarks")


def packages(place: str) -> list[str]:
    """The packages of a folder, without what every Django app has."""
    found = sorted(init.parent.name for init in (ROOT / place).glob("*/__init__.py"))
    return [name for name in found if name not in {"migrations", "management"}]


def rows(place: str) -> list[str]:
    """The first cells of the table that name `place`, as they are or shortened."""
    named = f"`{place.replace('platform/', '…/')}/"
    text = (ROOT / "ARCHITECTURE.md").read_text()
    cells = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    return [" ".join(cell) for cell in cells if named in cell[0]]


@pytest.mark.parametrize("place", PLACES)
def test_every_package_has_its_place(place: str) -> None:
    said = " ".join(rows(place))
    assert [name for name in packages(place) if f"{name}/`" not in said] == []


def test_places_that_are_named_exist() -> None:
    for place in PLACES:
        for row in rows(place):
            first = row.split("`")[1].replace("…", "platform")
            assert (ROOT / first).exists(), first
