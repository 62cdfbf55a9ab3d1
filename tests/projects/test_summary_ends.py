"""The mean of a metric's last points as a column: chosen, shown, quoted."""

import math
import re

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import queries
from runs.metrics import sync_search_rows
from runs.pages.columns import Column, end_of
from runs.pages.ends import add_ends
from tests.cast import log_points, make_run

from .reading import HTMX, address, heads_in, panel_of, queries_of

ENDS = {
    "run-long": ([9.0] * 20 + [0.25, 0.75] * 5, 0.5),
    "run-short": ([0.2, 0.4], 0.3),
    "run-spoiled": ([0.1, 0.2, math.nan, 0.3], math.nan),
    "run-diverged-early": ([math.nan] + [1.0] * 10, 1.0),
    "run-huge": ([1.7e308, 1.7e308], 1.7e308),
}
TEN = Column("end", "val_loss", "mean10")


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    for name, (values, _) in ENDS.items():
        log_points(make_run(digits, alice, name=name), {"val_loss": values})
    make_run(digits, alice, name="run-empty")
    log_points(make_run(digits, alice, name="run-other"), {"loss": [1.0]})
    sync_search_rows(project_id=digits.pk)


def test_each_run_has_the_mean_of_its_last_points(digits: Project) -> None:
    runs = queries.search_runs(project=digits).runs
    add_ends(digits, runs, [TEN, Column("end", "val_loss", "mean1")])
    found = {run.name: TEN.value(run) for run in runs}
    for name, (_, mean) in ENDS.items():
        assert found[name] == pytest.approx(mean, nan_ok=True), name
    assert found["run-empty"] is found["run-other"] is None
    last = {run.name: run.ends.get("metrics.val_loss.mean1") for run in runs}
    assert last["run-long"] == 0.75
    assert last["run-spoiled"] == 0.3


def test_the_table_shows_it_and_does_not_sort_by_it(page: Client, digits: Project) -> None:
    shown = page.get(address(digits, cols=[TEN.key, "metrics.val_loss"]))
    head = heads_in(shown)
    assert f'data-column="{TEN.key}"' in head
    assert "mean of the last 10" in head
    assert "order=metrics.val_loss.mean10" not in head
    for text in ("0.5", "0.3", "NaN"):
        assert re.search(rf'<td class="num[^"]*">[^/]*{text}', panel_of(shown)), text


def test_the_form_adds_it_and_the_address_keeps_it(page: Client, digits: Project) -> None:
    query = "?cols=status&add=metrics.val_loss&part=mean10"
    answer = page.get(address(digits) + query, headers=HTMX)
    assert answer["HX-Push-Url"].endswith("?cols=status&cols=metrics.val_loss.mean10")
    behind = "?cols=status&cols=metrics.loss&cols=user&add=metrics.val_loss&part=min"
    answer = page.get(address(digits) + behind, headers=HTMX)
    assert "cols=metrics.loss&cols=metrics.val_loss.min&cols=user" in answer["HX-Push-Url"]
    plain = page.get(address(digits) + query)
    assert "mean of the last 10" in heads_in(plain)
    nothing = page.get(f"{address(digits)}?add=&part=mean10", headers=HTMX)
    assert nothing["HX-Push-Url"] == digits.get_absolute_url()


def test_it_is_quoted_with_its_run(page: Client, digits: Project) -> None:
    text = page.get(address(digits, "table.md", cols=TEN.key)).content.decode()
    assert "mean of the last 10" in text.splitlines()[0]
    assert re.search(r"run-long.*\[0\.5000\]\(<http", text)


def test_as_many_statements_for_one_such_column_as_for_three(page: Client, digits: Project) -> None:
    keys = [f"metrics.{name}.mean{n}" for name in ("loss", "val_loss") for n in (5, 10)]
    without, one, many = (
        queries_of(page, address(digits, cols=["status", *chosen]))
        for chosen in ([], keys[:1], keys)
    )
    assert one == many <= without + 1


@pytest.mark.parametrize(
    "key",
    [
        "metrics.val_loss",
        "metrics.val_loss.mean",
        "metrics.val_loss.mean0",
        "metrics.val_loss.mean1000",
        "metrics.val_loss.min.mean3",
        "params.width.mean3",
        'metrics."val_loss.mean3"',
        "metrics.\0.mean3",
        "",
    ],
)
def test_what_names_no_mean_is_none(key: str) -> None:
    assert end_of(key) is None


def test_names_with_dots_stand_in_quotes() -> None:
    column = end_of('metrics."a.b/c d".mean7')
    assert column == Column("end", "a.b/c d", "mean7")
    assert column.key == 'metrics."a.b/c d".mean7'
    assert (column.points, column.qualifier) == (7, "mean of the last 7")
