"""Runs that differ in seeds and names alone are the same configuration and the same model."""

import importlib
from itertools import pairwise
from typing import Any

import pytest

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.identity import architecture_of, configuration_of, is_seed
from runs.models import ModelVersion, Run
from tests.at_once import at_once
from tests.cast import make_run
from tests.sketches import send_events, sketch_run

migration = importlib.import_module("runs.migrations.0007_fill_identity")


def model(*units: int, first: int = 0, rate: float = 0.1) -> dict[str, Any]:
    """A sequential model as the client describes it, its layers counted up from `first`."""
    names = [f"dense_{first + place}" for place in range(len(units))]
    config = {
        "name": f"sequential_{first}",
        "layers": [
            {
                "class_name": "Dense",
                "config": {"name": name, "units": count, "rate": rate, "seed": first},
            }
            for name, count in zip(names, units, strict=True)
        ],
    }
    layers = [{"name": name, "class": "Dense", "parameters": 9} for name in names]
    edges = [list(pair) for pair in pairwise(names)]
    return {
        "name": "digits",
        "kind": "sequential",
        "layers": layers,
        "config": config,
        "edges": edges,
    }


def run_with(digits: Project, alice: User, *, params: Any = None, layers: Any = None) -> Run:
    events = [("model", layers)] if layers else []
    run = make_run(digits, alice)
    send_events(run, *events, ("params", params or {}))
    return Run.objects.get(id=run.id)


@pytest.mark.parametrize(
    "path", ["seed", "data.seed", "random_state", "seeds.numpy", "split_seed", "fit.rng", "np_seed"]
)
def test_seeds_are_known_by_their_names(path: str) -> None:
    assert is_seed(path)


@pytest.mark.parametrize("path", ["seedling", "width", "optimizer.seeded_by", "strange"])
def test_other_parameters_are_no_seeds(path: str) -> None:
    assert not is_seed(path)


def test_seeds_and_bookkeeping_leave_the_configuration_as_it_is() -> None:
    one = configuration_of({"width": 64, "seed": 1, "fit": {"verbose": 0}}, 1)
    assert one == configuration_of({"fit": {"verbose": 2}, "seed": 2, "width": 64.0}, 1)
    assert len(one) == 16


@pytest.mark.parametrize(
    ("params", "version"),
    [({"width": 65}, 1), ({"width": 64}, 2), ({"width": "64"}, 1), ({"width": True}, 1)],
)
def test_what_was_chosen_makes_the_configuration(params: dict[str, Any], version: int) -> None:
    assert configuration_of(params, version) != configuration_of({"width": 64}, 1)


def test_without_anything_there_is_no_configuration() -> None:
    assert configuration_of({}, None) == ""
    assert configuration_of({"seed": 3}, None) == ""
    for layers in ([], 7, "x", {}, [7], None):
        assert architecture_of({"name": "custom", "layers": layers, "operations": layers}) == ""


def test_names_that_keras_counts_up_make_no_other_architecture() -> None:
    assert architecture_of(model(64, 10)) == architecture_of(model(64, 10, first=55))


def test_sums_that_keras_counts_up_make_no_other_architecture() -> None:
    """An operation is no layer, and has a name that edges lead to."""

    def summed(name: str, kind: str = "Add") -> dict[str, Any]:
        made = model(64, 10) | {"operations": [{"name": name, "class": kind}]}
        return made | {"edges": [["dense_0", name], [name, "dense_1"]]}

    assert architecture_of(summed("add")) == architecture_of(summed("add_7"))
    assert architecture_of(summed("add")) != architecture_of(summed("add", "Subtract"))


def test_every_change_of_a_layer_makes_another_architecture() -> None:
    others = [model(64, 11), model(64, 64, 10), model(10, 64), model(64, 10, rate=0.2)]
    found = {architecture_of(one) for one in [model(64, 10), *others]}
    assert len(found) == 5


def test_connections_make_another_architecture() -> None:
    skipping = model(64, 64, 10)
    skipping["edges"] = [["dense_0", "dense_2"], ["dense_1", "dense_2"]]
    assert architecture_of(skipping) != architecture_of(model(64, 64, 10))


def test_without_a_configuration_layers_decide() -> None:
    bare = model(64, 10) | {"config": None}
    other = model(64, 10, first=3) | {"config": None}
    assert architecture_of(bare) == architecture_of(other)
    other["layers"][0]["parameters"] = 10
    assert architecture_of(bare) != architecture_of(other)


@pytest.mark.django_db
def test_versions_are_given_in_the_order_in_which_models_come_up(
    digits: Project, secret: Project, alice: User, charlie: User
) -> None:
    layers = [model(64, 10), model(32, 10), model(64, 10, first=7)]
    runs = [run_with(digits, alice, layers=one) for one in layers]
    assert [run.model_version for run in runs] == [1, 2, 1]
    assert run_with(secret, charlie, layers=model(32, 10)).model_version == 1
    assert run_with(digits, alice).model_version is None
    first = ModelVersion.objects.get(project_id=digits.pk, number=1)
    assert first.run_id == runs[0].id


@pytest.mark.django_db
def test_seeds_of_one_configuration_share_it(digits: Project, alice: User) -> None:
    one, two, other = (
        run_with(digits, alice, params={"width": width, "seed": seed}, layers=model(64, first=seed))
        for width, seed in ((64, 1), (64, 2), (32, 3))
    )
    assert one.configuration == two.configuration != other.configuration


@pytest.mark.django_db
def test_parameters_that_come_later_change_the_configuration(digits: Project, alice: User) -> None:
    run = run_with(digits, alice, params={"width": 64})
    send_events(run, ("params", {"depth": 2}))
    later = Run.objects.get(id=run.id).configuration
    assert later != run.configuration
    assert later == run_with(digits, alice, params={"depth": 2, "width": 64}).configuration


@pytest.mark.django_db(transaction=True)
def test_models_that_come_up_at_once_get_different_versions(digits: Project, alice: User) -> None:
    runs = [make_run(digits, alice) for _ in range(6)]
    at_once(
        [
            lambda run=run, n=n: send_events(run, ("model", model(n % 3 + 1)))
            for n, run in enumerate(runs)
        ]
    )
    found = dict(Run.objects.values_list("id", "model_version"))
    assert sorted(set(found.values())) == [1, 2, 3]
    assert all(found[runs[n].id] == found[runs[n + 3].id] for n in range(3))


@pytest.mark.django_db
def test_runs_from_before_get_theirs_by_the_migration(digits: Project, alice: User) -> None:
    from django.apps import apps

    runs = [
        run_with(digits, alice, params={"width": n // 2}, layers=model(n // 2 + 1))
        for n in range(4)
    ]
    before = list(Run.objects.order_by("number").values_list("configuration", "model_version"))
    Run.objects.update(configuration="", model_version=None)
    ModelVersion.objects.all().delete()
    migration.fill(apps, None)
    after = list(Run.objects.order_by("number").values_list("configuration", "model_version"))
    assert after == before
    assert len({run.configuration for run in runs}) == 2


@pytest.mark.django_db
def test_they_can_be_searched(digits: Project, alice: User) -> None:
    from runs.queries import search_runs

    run = run_with(digits, alice, params={"width": 1}, layers=model(8) | {"parameters": 650})
    sketch_run(digits, alice)
    for q in ("version = 1", "size > 600", f'configuration = "{run.configuration}"'):
        assert [found.id for found in search_runs(project=digits, q=q).runs] == [run.id], q
