"""The summary of a project: what its charts draw."""

import json

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from ..cast import make_run
from ..sketches import sketch_run
from .reading import address


def test_charts_draw_what_lies_outside_the_brush_too(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    parameters = {"q": "params.width > 4", "brush": "params.width:10..20"}
    data = page.get(address(digits, "charts/", **parameters)).json()
    assert data["total"] == 4
    assert data["rank"] == [1.0, 0.6667, 0.3333, 0.0]
    width = next(column for column in data["columns"] if column["key"] == "params.width")
    assert width["values"] == [64, 32, 16, 8]
    name = next(column for column in data["columns"] if column["key"] == "params.optimizer.name")
    assert name["type"] == "category"
    assert [name["categories"][place] for place in name["values"]] == ["adam", "sgd"] * 2


def test_axes_are_what_was_chosen_and_end_with_the_objective(
    page: Client, digits: Project, alice: User
) -> None:
    for number, name in ((1, "adam"), (2, "rmsprop")):
        optimizer = {"name": name, "class_name": name.title(), "learning_rate": 0.1**number}
        params = {
            "width": number,
            "seed": number,
            "optimizer": {**optimizer, "beta_1": 0.9 / number},
            "fit": {"batch_size": number, "epochs": number, "steps": number},
        }
        sketch_run(digits, alice, params=params)
    data = page.get(address(digits, "charts/")).json()
    assert data["parallel"] == [
        "params.width",
        "params.optimizer.name",
        "params.optimizer.learning_rate",
        "params.fit.batch_size",
        "params.fit.epochs",
        "params.optimizer.beta_1",
        "metrics.loss",
        "metrics.val_loss.min",
    ]
    optimizer = next(one for one in data["columns"] if one["key"] == "params.optimizer.name")
    assert (optimizer["label"], optimizer["categories"]) == ("optimizer", ["adam", "rmsprop"])


def test_axes_over_decades_are_logarithmic(page: Client, digits: Project, runs: list[Run]) -> None:
    data = page.get(address(digits, "charts/")).json()
    logs = {column["label"]: column["log"] for column in data["columns"] if "log" in column}
    assert logs["learning_rate"] is True
    assert logs["val_loss"] is False


def test_a_run_without_a_value_has_no_place_on_the_axis(
    page: Client, digits: Project, runs: list[Run], alice: User
) -> None:
    make_run(digits, alice, name="run-7")
    data = page.get(address(digits, "charts/")).json()
    assert data["rank"][-1] is None
    known = [column for column in data["columns"] if column["key"] != "started"]
    assert known
    assert all(column["values"][-1] is None for column in known)


def test_values_that_are_not_finite_never_reach_the_browser(
    page: Client, digits: Project, alice: User
) -> None:
    sketch_run(digits, alice, val_loss=(float("nan"), float("inf")), params={"width": 8})
    sketch_run(digits, alice, val_loss=(0.5, float("nan")), params={"width": 16})
    for part in ("charts/", "curves/?series=val_loss"):
        text = page.get(digits.get_absolute_url() + part).content
        json.loads(text, parse_constant=pytest.fail)


def test_curves_are_those_of_filter_and_brush(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    data = page.get(
        address(digits, "curves/", series="val_loss", brush="params.width:10..40")
    ).json()
    assert [curve["name"] for curve in data["curves"]] == ["run-5", "run-4"]
    assert data["curves"][0]["min"] == [1.0, 0.2]
