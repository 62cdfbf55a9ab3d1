"""What the record proves that one should know besides."""

from __future__ import annotations

from typing import Any

import pytest

from ahnb_platform.accounts.models import User
from tests.cast import Api, api_of

from .telling import ENVIRONMENT, git, script, tell, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(digits: Any, bob: User) -> Api:
    return api_of(bob)


def found(api: Api, *args: Any, **kwargs: Any) -> list[str]:
    """The list below the paragraph."""
    kwargs.setdefault("objective", None)
    return words(api, tell(api, *args, **kwargs))[1:]


def test_the_metric_that_decides_was_never_logged(api: Api) -> None:
    objective = {"metric": "val_f1", "mode": "max"}
    assert found(api, curves={"loss": [0.5]}, objective=objective) == [
        "- Of val_f1, the metric that decides, nothing is recorded.",
        "- Last value of another metric: loss 0.5000.",
    ]
    assert found(api, objective=objective, ended="") == []


def test_values_that_are_not_finite_in_many_metrics(api: Api) -> None:
    curves = {name: [0.5, "NaN"] for name in ("a", "b", "c", "d", "val_loss")}
    assert found(api, curves=curves) == [
        "- NaN or infinite: 1 of 2 values of val_loss, 1 of 2 values of a, 1 of 2 values of b"
        " and values of 2 more metrics.",
        "- Last finite values of other metrics: a 0.5000, b 0.5000, c 0.5000 and d 0.5000.",
    ]


def test_what_clients_had_to_drop(api: Api) -> None:
    assert found(api, lost={"reasons": {"no-room": 1200, "bad-value": 1}}) == [
        "- Lost, as its clients report: no room on the disk (1,200) and no number (1)."
    ]


def test_points_that_were_sent_and_are_not_here(api: Api) -> None:
    assert found(api, curves={"val_loss": [0.5]}, sent={"points": 3}) == [
        "- Of 3 points that its clients sent, 2 are not here."
    ]
    assert found(api, curves={"val_loss": [0.5]}, sent={"points": 3}, ended="") == []
    assert found(api, curves={"val_loss": [0.5]}, sent={"points": 1}) == []


def test_many_epochs_after_the_best(api: Api) -> None:
    curve = [0.9, 0.3] + [0.4] * 6
    assert found(api, curves={"val_loss": curve}) == [
        "- The 6 epochs after the best val_loss brought nothing better."
    ]
    assert found(api, curves={"val_loss": curve}, ended="") == [
        "- The 6 epochs after the best val_loss brought nothing better so far."
    ]
    assert found(api, curves={"val_loss": [0.9] * 30 + [0.3] + [0.4] * 6}) == []


def test_resumed_several_times(api: Api) -> None:
    events = [
        {"kind": "attempt", "data": {"attempt": number, "from_step": 1000 * number}}
        for number in (1, 2)
    ]
    assert found(api, batches=[{"events": events}]) == [
        "- It was resumed 2 times, the last time from step 2,000."
    ]


def test_uncommitted_changes_and_whether_they_are_kept(api: Api) -> None:
    dirty = git("a", dirty=True)
    assert found(api, environment=dirty) == ["- The code had uncommitted changes."]
    kept = script("one", git={"diff": "+1"})
    assert "- The code had uncommitted changes; the difference is recorded." in (
        found(api, environment=dirty, code=kept)
    )
    assert "- The code had uncommitted changes; their difference is not recorded." in (
        found(api, environment=dirty, code=script("one", git={"diff": None}))
    )
    assert found(api, environment=git("a")) == []


def test_cells_out_of_order(api: Api) -> None:
    warnings = [{"kind": kind, "text": "x"} for kind in ("order", "edited", "edited", "odd")]
    assert found(api, code={"kind": "notebook", "cells": [], "warnings": warnings}) == [
        "- The notebook as it is saved may not give this run again: 1 cell ran after one that"
        " stands below it and 2 cells also ran in another version (cells)."
    ]


def test_a_script_that_was_changed_on_disk(api: Api) -> None:
    assert found(api, code=script("one", is_newer=True)) == [
        "- train.py was changed on disk after it was loaded; its recorded text may not be what ran."
    ]


def test_no_seed_unless_a_parameter_has_one(api: Api) -> None:
    unseeded = {**ENVIRONMENT, "seed": None}
    assert found(api, environment=unseeded) == [
        "- No seed is recorded, so a repeat may give other results."
    ]
    assert found(api, environment=unseeded, params={"random_state": 3}) == []
    assert found(api, environment={"python": "3.11"}) == []
