"""Columns of the table: those that differ, those that stay in sight, how wide they are."""

import re

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from projects.views.state import parse_width
from runs.metrics import sync_search_rows
from runs.pages.columns import Column
from runs.pages.differing import differing
from tests.sketches import sketch_run

from .reading import address, heads_in, panel_of

PARAMS = [Column("params", name) for name in ("width", "depth", "kind", "rare", "none")]


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    for number in range(1, 7):
        params = {"width": 2**number, "depth": 3, "kind": ("a", "b")[number % 2], "none": None}
        if number == 1:
            params["rare"] = 1
        sketch_run(digits, alice, name=f"run-{number}", val_loss=(1, 1 / number), params=params)
    sync_search_rows(project_id=digits.pk)


def test_parameters_differ_among_the_runs_that_match(digits: Project) -> None:
    assert differing(digits, "", PARAMS) == {"width", "kind", "rare"}
    assert differing(digits, "params.width > 2", PARAMS) == {"width", "kind"}
    assert differing(digits, "params.width = 8", PARAMS) == set()
    assert differing(digits, 'params.kind = "a" and params.width > 99', PARAMS) == set()


def test_the_page_leaves_out_what_is_equal_and_says_how_much(page: Client, digits: Project) -> None:
    keys = ["params.width", "params.depth", "params.kind", "metrics.val_loss.min"]
    both = [page.get(address(digits, cols=keys, differ=differ)) for differ in ("", "1")]
    assert 'data-column="params.depth"' in heads_in(both[0])
    assert 'data-column="params.depth"' not in heads_in(both[1])
    assert "1 hidden" in panel_of(both[1])
    narrowed = page.get(address(digits, cols=keys, differ="1", q="params.width = 8"))
    assert "3 hidden" in panel_of(narrowed)


def test_columns_that_are_left_out_are_kept_by_every_form(page: Client, digits: Project) -> None:
    keys = ["params.width", "params.depth"]
    shown = panel_of(page.get(address(digits, cols=keys, differ="1")))
    sent = re.findall(r'name="cols" value="([^"]+)"[^>]*(?:checked|data-left-out)', shown)
    assert sorted(sent) == sorted(keys)


def test_without_chosen_columns_all_that_differ_come(page: Client, digits: Project) -> None:
    shown = heads_in(page.get(address(digits, differ="1")))
    for name in ("width", "kind", "rare"):
        assert f'data-column="params.{name}"' in shown
    assert "params.depth" not in shown


def test_a_faulty_filter_is_told_all_the_same(page: Client, digits: Project) -> None:
    shown = page.get(address(digits, differ="1", q="width >")).content.decode()
    assert "This filter cannot be read" in shown


def test_pinned_columns_come_first_and_widths_are_kept(page: Client, digits: Project) -> None:
    keys = ["params.width", "params.depth", "params.kind"]
    widths = ["params.kind:120", "params.width:9999"]
    shown = heads_in(page.get(address(digits, cols=keys, pin="params.kind", width=widths)))
    assert re.findall(r'data-column="([^"]+)"', shown) == [
        "params.kind",
        "params.width",
        "params.depth",
    ]
    assert 'data-column="params.kind" data-pinned data-width="120"' in shown
    assert 'data-width="800"' in shown


@pytest.mark.parametrize(
    "text", ["", "params.x", "params.x:", ":12", "params.x:-4", "x:1e3", "x:99999"]
)
def test_widths_that_say_nothing_are_left_out(text: str) -> None:
    assert parse_width(text) is None


def test_what_is_missing_among_numbers_stands_where_they_end(
    page: Client, digits: Project, alice: User
) -> None:
    sketch_run(digits, alice, name="run-7", params={"depth": 3})
    sync_search_rows(project_id=digits.pk)
    shown = panel_of(page.get(address(digits, cols=["params.width", "params.kind"])))
    row = next(part for part in shown.split("<tr ") if "run-7" in part)
    cells = re.findall(r"<td([^>]*)><span class=\"text-secondary\">–", row)
    assert cells == [' class="num"', ""]
