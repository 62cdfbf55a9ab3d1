"""Which files a ModelCheckpoint wrote: by its template, and only those of this fit."""

import os
from pathlib import Path

import pytest

from ahnb_client.artifacts.checkpoints import Checkpoints, pattern_of


class ModelCheckpoint:
    """Has what Keras' own has."""

    def __init__(self, filepath: object, *, save_best_only: bool = False) -> None:
        self.filepath = filepath
        self.save_best_only = save_best_only


class OfAPerson(ModelCheckpoint):
    """A person's own subclass."""


@pytest.mark.parametrize(
    ("template", "pattern"),
    [
        ("best.keras", "best.keras"),
        ("m.{epoch:02d}-{val_loss:.2f}.weights.h5", "m.*-*.weights.h5"),
        ("a[1]/{epoch}.keras", "a[[]1]/*.keras"),
        ("{{epoch}}.keras", "{epoch}.keras"),
        ("{epoch.keras", "{epoch.keras"),
    ],
)
def test_fields_of_a_template_may_be_anything(template: str, pattern: str) -> None:
    assert pattern_of(template) == pattern


def test_what_lay_there_before_is_none_of_the_fit(tmp_path: Path) -> None:
    (tmp_path / "1.keras").write_bytes(b"old")
    found = Checkpoints.among([object(), OfAPerson(str(tmp_path / "{epoch}.keras"))])
    assert found.written() == []
    for place, name in enumerate(("10.keras", "1.keras", "2.keras")):
        (tmp_path / name).write_bytes(b"fresh")
        os.utime(tmp_path / name, ns=(0, 2_000_000_000_000_000_000 + place))
    assert [one.name for one in found.written()] == [
        f"checkpoints/{name}" for name in ("10.keras", "1.keras", "2.keras")
    ]
    assert found.written() == []


def test_only_the_best_is_known_to_replace_the_one_before(tmp_path: Path) -> None:
    best = ModelCheckpoint(tmp_path / "best.weights.h5", save_best_only=True)
    found = Checkpoints.among([best, ModelCheckpoint(str(tmp_path / "last.keras"))])
    for name in ("best.weights.h5", "last.keras"):
        (tmp_path / name).write_bytes(b"x")
    assert {one.path.name: one.is_best for one in found.written()} == {
        "best.weights.h5": True,
        "last.keras": False,
    }


@pytest.mark.parametrize("path", ["gs://bucket/{epoch}.keras", "folder", "", None])
def test_other_places_are_left_alone(path: object) -> None:
    assert Checkpoints.among([ModelCheckpoint(path)]).written() == []
