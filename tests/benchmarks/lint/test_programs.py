"""The programs can be built, and each mistake changes a choice that its program reads."""

import ast
import os
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytestmark = pytest.mark.keras

IN_FIT = {"epochs", "batch_size", "trainable"}  # read by the stages that are not run here
LINT = Path(__file__).parents[3] / "benchmarks" / "lint"


@pytest.fixture(scope="module")
def registry() -> Any:
    from benchmarks.lint import registry

    return registry


def read_by(program: Any) -> set[str]:
    """The choices that the stages before the fit look at, and that something is made of them."""
    from benchmarks.lint.program import Choices
    from benchmarks.lint.spoil import spoiled

    read = set()

    class Watched(Choices):
        def __getattribute__(self, name: str) -> Any:
            read.add(name)
            return super().__getattribute__(name)

    watched = Watched(**vars(program.choices))
    read.clear()
    data = spoiled(program.data(watched), watched)
    model = program.build(watched, data)
    program.compile(model, watched)
    assert model.optimizer is not None or model.d_optimizer is not None
    return read


def arrays(rows: Any) -> Iterator[np.ndarray]:
    """Each array of some rows."""
    if isinstance(rows, dict | tuple):
        for part in rows.values() if isinstance(rows, dict) else rows:
            yield from arrays(part)
    else:
        yield rows


def test_there_are_twenty_and_ten_programs_and_ten_and_five_kinds(registry: Any) -> None:
    assert (len(registry.PROGRAMS), len(registry.HELDOUT_PROGRAMS)) == (30, 10)
    assert (len(registry.KINDS), len(registry.HELDOUT_KINDS)) == (15, 5)
    pairs = registry.pairs()
    assert len({pair.name for pair in pairs}) == len(pairs)


def test_programs_build_and_read_what_their_mistakes_change(registry: Any) -> None:
    for program in registry.PROGRAMS.values():
        known = read_by(program) | IN_FIT
        for fault in registry.KINDS.values():
            assert set(fault.changes.get(program.name, ())) <= known, (program.name, fault.name)


def test_mistakes_are_of_programs_that_exist_and_change_each_field(registry: Any) -> None:
    for fault in registry.KINDS.values():
        for name, changes in fault.changes.items():
            sound = registry.PROGRAMS[name].choices
            assert fault.planted(registry.PROGRAMS[name]) == replace(sound, **changes)
            for field, value in changes.items():
                assert value != getattr(sound, field), (fault.name, name, field)


def test_programs_are_sound_in_what_is_wrong_everywhere(registry: Any) -> None:
    for program in registry.PROGRAMS.values():
        c = program.choices
        assert (c.labels, c.nan_rows, c.shuffled, c.validation) == ("right", 0, False, "apart")
        assert c.scaled
        assert c.trainable


def test_rows_apart_are_apart_and_whole(registry: Any) -> None:
    for program in registry.PROGRAMS.values():
        data = program.data(program.choices)
        for part in fields(data):
            for array in arrays(getattr(data, part.name)):
                assert len(array) >= 100
                assert np.isfinite(array).all()
        for train, test in zip(arrays(data.x), arrays(data.x_test), strict=True):
            assert not np.shares_memory(train, test)


def test_missing_numbers_are_in_training_rows_alone(registry: Any) -> None:
    from benchmarks.lint.spoil import spoiled

    fault = registry.KINDS["nan_data"]
    for name in fault.changes:
        program = registry.PROGRAMS[name]
        c = fault.planted(program)
        data = spoiled(program.data(c), c)
        assert any(np.isnan(array).any() for array in arrays(data.x)), name
        assert not any(np.isnan(array).any() for array in arrays(data.x_test)), name


def test_only_the_registry_reads_the_heldout_third() -> None:
    readers = set()
    for file in LINT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and "heldout" in (node.module or ""):
                readers.add(file.relative_to(LINT).as_posix())
    assert {name for name in readers if not name.startswith("heldout/")} == {"registry.py"}
