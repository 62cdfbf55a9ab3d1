"""The curves of a project: over other x, put together by groups, and a stretch of them."""

from typing import Any

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..sketches import sketch_run
from .reading import address

NAN = float("nan")


def curves(page: Client, project: Project, **asked: str) -> dict[str, Any]:
    answer = page.get(address(project, "curves/", series="val_loss", **asked))
    assert answer.status_code == 200
    return dict(answer.json())


def test_runs_with_equal_steps_share_an_axis(page: Client, digits: Project, alice: User) -> None:
    for values in ((0.5, 0.4), (0.3, 0.2), (0.9, 0.8, 0.7)):
        sketch_run(digits, alice, val_loss=values)
    data = curves(page, digits)
    assert len(data["axes"]) == 2
    lengths = sorted(len(data["axes"][curve["axis"]]) for curve in data["curves"])
    assert lengths == [2, 2, 3]


def test_a_metric_over_another_pairs_what_has_both_at_a_step(
    page: Client, digits: Project, alice: User
) -> None:
    sketch_run(digits, alice, val_loss=(1.0, NAN, 0.5))
    data = curves(page, digits, over="metrics.loss")
    assert data["unit"] == "loss"
    assert data["axes"] == [pytest.approx([0.9, 0.45])]
    assert data["curves"][0]["min"] == [1.0, 0.5]


def test_groups_have_the_mean_and_range_of_the_runs_that_are_still_there(
    page: Client, digits: Project, alice: User
) -> None:
    for values, width in (((1.0, 0.5), 8), ((3.0,), 8), ((0.25, 0.125), 16)):
        sketch_run(digits, alice, val_loss=values, params={"width": width})
    bands = {band["label"]: band for band in curves(page, digits, band="params.width")["bands"]}
    assert set(bands) == {"8", "16"}
    assert bands["8"]["mean"] == [2.0, 0.5]
    assert (bands["8"]["low"], bands["8"]["high"]) == ([1.0, 0.5], [3.0, 0.5])
    assert bands["8"]["runs"] == [2, 1]
    assert bands["8"]["exact"]
    assert bands["16"]["mean"] == [0.25, 0.125]


def test_points_that_are_not_finite_are_counted_and_named(
    page: Client, digits: Project, alice: User
) -> None:
    sketch_run(digits, alice, val_loss=(0.5, NAN, float("inf")))
    (curve,) = curves(page, digits)["curves"]
    assert curve["odd_total"] == 2
    assert len(curve["odd"]) == 2
    assert [value for value in curve["min"] if value is not None] == [0.5]


def test_times_rise_along_a_curve(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, val_loss=(0.5, 0.4, 0.3))
    (wall,) = curves(page, digits, over="wall")["axes"]
    (relative,) = curves(page, digits, over="relative")["axes"]
    assert len(wall) == 3
    assert wall == sorted(wall)
    begun = run.started_at.timestamp()
    assert relative == pytest.approx([moment - begun for moment in wall], abs=0.001)


@pytest.mark.parametrize("stretch", [("nan", "1"), ("2", "1"), ("a", "b"), ("1e999", "1")])
def test_a_stretch_that_is_none_shows_all(
    page: Client, digits: Project, alice: User, stretch: tuple[str, str]
) -> None:
    sketch_run(digits, alice, val_loss=(0.5, 0.4, 0.3))
    low, high = stretch
    (curve,) = curves(page, digits, **{"from": low, "to": high})["curves"]
    assert curve["min"] == [0.5, 0.4, 0.3]
