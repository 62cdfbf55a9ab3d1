"""Parallel coordinates and scatterplot of a public view: of its table, and of nothing beside it."""

import pytest
from django.test import Client

from .making import view_of


def test_a_view_draws_the_runs_and_columns_of_its_table_and_no_others(runs, alice) -> None:
    asked = "cols=params.width&cols=metrics.val_loss.min&cols=user&cols=version&cols=tags"
    others = "&axes=params.seed&axes=params.width&x=params.seed&colour=group&mark=version"
    path = view_of(alice, f"q=number > 1 and number < 4&order=-number&{asked}{others}")
    assert 'id="scatter"' in Client().get(path).content.decode()
    data = Client().get(f"{path}drawn/").json()
    assert data["runs"] == {
        "number": [1, 2],
        "name": ["shown-3", "shown-2"],
        "status": data["runs"]["status"],
    }
    assert {one["key"]: one["values"] for one in data["columns"]} == {
        "params.width": [8, 4],
        "metrics.val_loss.min": [pytest.approx(1 / 3), 0.5],
    }
    assert (data["x"], data["y"]) == ("params.width", "metrics.val_loss.min")
    assert (data["parallel"], data["colour"], data["mark"]) == (["params.width"], "", "")


def test_home_folders_are_cut_out_of_what_is_drawn(runs, alice) -> None:
    path = view_of(alice, "q=number < 4&cols=params.data&cols=metrics.val_loss")
    [data, _] = Client().get(f"{path}drawn/").json()["columns"]
    assert data["categories"] == ["/home/…/digits"]


def test_nothing_is_drawn_of_one_column_or_of_a_filter_that_cannot_be_read(runs, alice) -> None:
    for address in ("q=number < 4&cols=params.width", "q=((&cols=params.width&cols=params.seed"):
        path = view_of(alice, address)
        assert 'id="scatter"' not in Client().get(path).content.decode()
        assert Client().get(f"{path}drawn/").status_code == 404


def test_runs_are_ranked_only_by_what_the_page_shows(runs, alice) -> None:
    asked = "q=number < 4&cols=params.width&cols=params.seed"
    ranks = {}
    for series in ("val_loss", "loss"):
        data = Client().get(f"{view_of(alice, f'{asked}&series={series}')}drawn/").json()
        ranks[series] = data["rank"], data["objective"] is None
    assert ranks["val_loss"][1] is False
    assert ranks["loss"] == ([None] * 3, True)
