"""What proves that two runs began with the same things, and what proves nothing."""

import copy
import uuid
from importlib import import_module
from typing import Any

import pytest

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import queries
from runs.identity import architecture_of
from runs.models import ModelVersion, Run
from runs.signatures import code_signature, data_signature, facts_of

from ..cast import Api, make_run
from ..sketches import send_events

migration = import_module("runs.migrations.0009_fill_shared_hashes")
ARRAY = {"type": "numpy.ndarray", "shape": [8, 4]}
DATA: dict[str, Any] = {
    "x": [ARRAY, ARRAY],
    "y": ARRAY,
    "batch_size": 4,
    "validation": {"x": ARRAY, "samples": 8},
    "fingerprints": {
        "x.0": {"hash": "a1", "min": 0.0},
        "x.1": {"hash": "a2"},
        "y": {"hash": "a3"},
        "validation.x": {"hash": "a4"},
    },
}
SCRIPT: dict[str, Any] = {
    "kind": "script",
    "path": "train.py",
    "sha256": "aa",
    "source": "fit()",
    "modules": [{"name": "nets", "path": "nets.py", "sha256": "bb"}],
}
NOTEBOOK: dict[str, Any] = {
    "kind": "notebook",
    "began_in": 3,
    "cells": [{"seq": 1, "sha256": "c1"}, {"seq": 2, "sha256": "c2"}, {"seq": 3, "sha256": "c3"}],
}


def changed(document: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    """A copy with another value at the path."""
    other = copy.deepcopy(document)
    part: Any = other
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = to
    return other


def test_data_is_the_same_by_its_fingerprints() -> None:
    assert len(data_signature(DATA)) == 16
    assert data_signature(changed(DATA, "batch_size", to=8)) == data_signature(DATA)
    other = changed(DATA, "fingerprints", "validation.x", "hash", to="a5")
    assert data_signature(other) != data_signature(DATA)


@pytest.mark.parametrize(
    "unproved",
    [
        {},
        {**DATA, "fingerprints": {}},
        {**DATA, "fingerprints": None},
        changed(DATA, "fingerprints", "x.1", to={"min": 0.0}),
        {**DATA, "x": {"type": "generator"}},
        changed(DATA, "validation", "y", to={"type": "generator"}),
        changed(DATA, "fingerprints", "y", to={"tensors": [{"hash": "a"}, {}]}),
        changed(DATA, "fingerprints", "y", to={"files": [{"path": "a", "bytes": 3}]}),
    ],
)
def test_data_of_which_a_part_has_no_fingerprint_proves_nothing(unproved: dict[str, Any]) -> None:
    assert data_signature(unproved) == ""


@pytest.mark.parametrize(
    "fingerprint",
    [
        {"tensors": [{"hash": "a"}, {"hash": "b"}]},
        {"files": [{"path": "a", "bytes": 3, "changed_at": 1.5}]},
    ],
)
def test_data_sets_are_known_by_what_they_begin_with(fingerprint: dict[str, Any]) -> None:
    assert data_signature({"x": {"type": "Dataset"}, "fingerprints": {"x": fingerprint}})


def test_a_script_is_the_same_with_the_same_modules_wherever_it_lies() -> None:
    assert code_signature(changed(SCRIPT, "path", to="other/train.py")) == code_signature(SCRIPT)
    others = [changed(SCRIPT, "sha256", to="ab"), changed(SCRIPT, "modules", 0, "sha256", to="ab")]
    assert len({code_signature(one) for one in [SCRIPT, *others]}) == 3


@pytest.mark.parametrize(
    "unproved",
    [
        {},
        {**SCRIPT, "is_newer": True},
        {**SCRIPT, "more_modules": 3},
        {**SCRIPT, "sha256": None},
        changed(SCRIPT, "modules", 0, "is_newer", to=True),
        {**NOTEBOOK, "more_cells": 1},
        changed(NOTEBOOK, "cells", 0, "sha256", to=7),
    ],
)
def test_code_that_may_not_be_what_ran_proves_nothing(unproved: dict[str, Any]) -> None:
    assert code_signature(unproved) == ""


def test_cells_count_once_and_up_to_the_one_that_began_the_run() -> None:
    later = changed(NOTEBOOK, "cells", to=[*NOTEBOOK["cells"], {"seq": 4, "sha256": "c4"}])
    assert code_signature(later) == code_signature(NOTEBOOK)
    again = [{"seq": 4, "sha256": "c2"}, {"seq": 5, "sha256": "c3"}]
    twice = {**NOTEBOOK, "began_in": 5, "cells": [*NOTEBOOK["cells"], *again]}
    assert code_signature(twice) == code_signature(NOTEBOOK)
    other_order = {**NOTEBOOK, "cells": [NOTEBOOK["cells"][at] for at in (1, 0, 2)]}
    assert code_signature(other_order) != code_signature(NOTEBOOK)


@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {"hash": 7}, {"hash": "é" * 9}, [[]]])
def test_odd_documents_prove_nothing_and_break_nothing(odd: Any) -> None:
    names = ("weights", "git", "rerun_of", "fingerprints", "x", "validation", "modules", "cells")
    document = dict.fromkeys(names, odd)
    for kind in ("environment", "summary", "data", "code", "other"):
        for form in ("script", "notebook"):
            assert not any(facts_of(kind, {**document, "kind": form}).values())


def described(rate: float, batch: int | None, name: str = "dense", units: int = 8) -> Any:
    layer = {
        "class_name": "Dense",
        "config": {"name": name, "units": units, "activation": "relu"},
        "build_config": {"input_shape": [batch, 4]},
        "name": name,
        "inbound_nodes": [{"args": [{"config": {"keras_history": ["input", 0, 0]}}]}],
    }
    inputs = {"class_name": "InputLayer", "config": {"name": "input", "batch_shape": [batch, 4]}}
    return {
        "kind": "functional",
        "built": True,
        "parameters": units * 5,
        "layers": [
            {"name": "input", "class": "InputLayer", "parameters": 0},
            {"name": name, "class": "Dense", "parameters": units * 5, "settings": {"units": units}},
        ],
        "config": {
            "class_name": "Functional",
            "config": {"layers": [inputs, layer], "output_layers": [name, 0, 0]},
            "compile_config": {"optimizer": {"config": {"learning_rate": rate}}},
        },
    }


@pytest.mark.parametrize(
    "same", [described(0.2, None), described(0.1, 32), described(0.1, None, name="relu")]
)
def test_compiling_batches_and_names_make_no_other_architecture(same: Any) -> None:
    assert architecture_of(same) == architecture_of(described(0.1, None))
    assert architecture_of(same) != architecture_of(described(0.1, None, units=9))


def test_layers_count_where_the_configuration_does_not_tell_them() -> None:
    subclassed = {"kind": "subclassed", "config": {"class_name": "Mine", "config": {}}}
    models = [
        {**subclassed, "layers": [{"class": "Dense", "parameters": count}]} for count in (9, 18)
    ]
    assert architecture_of(models[0]) != architecture_of(models[1])


def test_a_model_that_its_first_batch_will_build_has_no_architecture_yet() -> None:
    unbuilt = described(0.1, None) | {"built": False, "parameters": None}
    assert architecture_of(unbuilt) == ""


EVENTS = (
    ("environment", {"weights": {"hash": "w0"}, "git": {"commit": "c0ffee"}}),
    ("summary", {"weights": {"hash": "w1"}}),
    ("data", DATA),
    ("code", SCRIPT),
    ("model", described(0.1, None)),
)


@pytest.mark.django_db
def test_runs_are_found_by_what_they_share(digits: Project, alice: User, api: Api) -> None:
    runs = [make_run(digits, alice) for _ in range(3)]
    for run in runs[:2]:
        send_events(run, *EVENTS)
    rerun_of = str(uuid.uuid4())
    send_events(runs[0], ("environment", {**EVENTS[0][1], "rerun_of": rerun_of}))
    told = api.get(f"/api/v1/runs/{runs[0].id}/").json()["identity"]
    assert told == {
        "architecture": architecture_of(described(0.1, None)),
        "weights": "w0",
        "trained": "w1",
        "data": data_signature(DATA),
        "code": code_signature(SCRIPT),
        "commit": "c0ffee",
        "rerun_of": rerun_of,
    }
    assert set(api.get(f"/api/v1/runs/{runs[2].id}/").json()["identity"].values()) == {None}
    for name, value in list(told.items())[:-1]:
        found = queries.search_runs(project=digits, q=f'{name} = "{value}"').runs
        assert {run.number for run in found} == {1, 2}, name


@pytest.mark.django_db
def test_runs_from_before_get_theirs_and_versions_that_were_one_become_one(
    digits: Project, alice: User
) -> None:
    from django.apps import apps

    runs = [make_run(digits, alice) for _ in range(5)]
    models = [described(rate, None) for rate in (0.1, 0.2)] + [described(0.1, None, units=9)] * 2
    for run, model in zip(runs, models, strict=False):
        send_events(run, *EVENTS[:4], ("params", {"seed": 3}), ("model", model))
    before = list(Run.objects.order_by("number").values())
    # As versions were counted before: each learning rate was one.
    ModelVersion.objects.all().delete()
    blank = dict.fromkeys([*migration.HASHES, "configuration"], "")
    for number, run in enumerate(runs[:4]):
        version = (1, 2, 3, 3)[number]
        ModelVersion.objects.get_or_create(
            project_id=digits.pk, number=version, architecture=f"old{version}", run_id=runs[0].id
        )
        Run.objects.filter(id=run.id).update(**blank, model_version=version)
    migration.fill(apps, None)
    migration.fill(apps, None)
    after = list(Run.objects.order_by("number").values())
    assert [run["model_version"] for run in after] == [1, 1, 3, 3, None]
    for was, now in zip(before, after, strict=True):
        assert [was[name] for name in migration.HASHES] == [now[name] for name in migration.HASHES]
    assert after[1]["configuration"] == before[1]["configuration"]
