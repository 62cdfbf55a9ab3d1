"""Runs put together: over all that match, as a plain look at each of them would have it."""

import re
import statistics
from collections import defaultdict
from typing import Any

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.metrics import sync_search_rows
from runs.models import Run
from runs.pages.columns import Column
from runs.pages.grouping import Group, condition_of, grouped, is_key
from runs.queries import search_runs
from tests.cast import client_of
from tests.sketches import sketch_run

from .reading import HTMX, address, panel_of

BEST = Column("metrics", "val_loss", "min", "min")
WIDTHS = [8, 8, 8, 16, 16, None, 32]
ENDS = [0.5, 0.25, 0.75, 0.5, float("nan"), 0.125, 1e200]


@pytest.fixture
def runs(digits: Project, alice: User) -> list[Run]:
    found = []
    for number, (width, end) in enumerate(zip(WIDTHS, ENDS, strict=True)):
        params = {"seed": number} if width is None else {"width": width, "seed": number}
        tags = [["even"], ["odd", "small"], []][number % 3]
        found.append(sketch_run(digits, alice, params=params, val_loss=(end,), tags=tags))
    sync_search_rows(project_id=digits.pk)
    return found


def groups_of(project: Project, key: str, **asked: Any) -> list[Group]:
    return grouped(project, q=asked.pop("q", ""), key=key, columns=[BEST], **asked).groups


def test_groups_are_what_a_plain_look_finds(digits: Project, runs: list[Run]) -> None:
    ends: dict[Any, list[float]] = defaultdict(list)
    for width, end in zip(WIDTHS, ENDS, strict=True):
        ends[width].append(end)
    found = {group.label: group for group in groups_of(digits, "params.width")}
    assert {label: group.runs for label, group in found.items()} == {
        "8": 3,
        "16": 2,
        "32": 1,
        None: 1,
    }
    eight = found["8"].measures[0]
    assert eight.n == 3
    assert eight.mean == pytest.approx(statistics.mean(ends[8]))
    assert eight.spread == pytest.approx(statistics.stdev(ends[8]))
    assert (eight.low, eight.high) == (0.25, 0.75)
    assert found["8"].best is not None
    assert found["8"].best.id == runs[1].id


def test_single_runs_have_no_spread_and_missing_values_are_counted_out(
    digits: Project, runs: list[Run]
) -> None:
    found = {group.label: group.measures[0] for group in groups_of(digits, "params.width")}
    assert (found[None].n, found[None].spread) == (1, None)
    assert (found["16"].n, found["16"].mean, found["16"].spread) == (1, 0.5, None)


def test_values_too_large_to_be_squared_are_counted_but_not_averaged(
    digits: Project, runs: list[Run]
) -> None:
    found = {group.label: group.measures[0] for group in groups_of(digits, "params.width")}
    assert (found["32"].n, found["32"].mean, found["32"].high) == (1, None, 1e200)


def test_a_run_with_several_tags_counts_in_each(digits: Project, runs: list[Run]) -> None:
    found = {group.label: group.runs for group in groups_of(digits, "tag")}
    assert found == {"even": 3, "odd": 2, "small": 2, None: 2}


@pytest.mark.parametrize("key", ["configuration", "group", "version", "status", "user", "tag"])
def test_every_group_is_found_again_by_its_condition(
    digits: Project, runs: list[Run], key: str
) -> None:
    for group in groups_of(digits, key):
        assert search_runs(project=digits, q=group.condition).total == group.runs, group.condition


def test_seeds_fall_into_one_configuration_which_is_told_by_what_differs(
    digits: Project, runs: list[Run]
) -> None:
    found = groups_of(digits, "configuration")
    assert sorted(group.runs for group in found) == [1, 1, 2, 3]
    assert {group.words for group in found if group.label} >= {"width 8", "width 16", "width 32"}


def test_filter_and_order_hold(digits: Project, runs: list[Run]) -> None:
    found = groups_of(digits, "params.width", q="params.width > 8", order="-runs")
    assert [(group.label, group.runs) for group in found] == [("16", 2), ("32", 1)]
    best_first = groups_of(digits, "params.width")
    assert [group.label for group in best_first] == [None, "16", "8", "32"]
    second = groups_of(digits, "params.width", limit=1, offset=1)
    assert [group.label for group in second] == ["16"]


@pytest.mark.parametrize("label", ['a "b" c', "a\\", "", "é", "x' OR 1=1"])
def test_any_text_is_a_group_that_can_be_searched(digits: Project, alice: User, label: str) -> None:
    run = sketch_run(digits, alice, params={"kind": label})
    sketch_run(digits, alice, params={"kind": "other"})
    sync_search_rows(project_id=digits.pk)
    (group,) = [one for one in groups_of(digits, "params.kind") if one.label == label]
    found = search_runs(project=digits, q=condition_of("params.kind", label))
    assert [one.id for one in found.runs] == [run.id]
    assert group.runs == 1


def test_a_parameter_given_as_none_is_missing_and_every_value_is_found_again(
    digits: Project, alice: User
) -> None:
    for value in (1, 1.0, 2.5, 1e-5, True, False, None, "true", "None", "1", [1, 2], "x" * 600):
        sketch_run(digits, alice, params={"kind": value})
    sketch_run(digits, alice)
    sync_search_rows(project_id=digits.pk)
    found = groups_of(digits, "params.kind")
    assert {group.label: group.runs for group in found}[None] == 2
    for group in found:
        assert search_runs(project=digits, q=group.condition).total == group.runs, group.condition


def test_groups_are_sorted_by_their_best_run(digits: Project, runs: list[Run]) -> None:
    found = groups_of(digits, "params.width", order="best")
    assert [group.label for group in found] == [None, "8", "16", "32"]
    found = groups_of(digits, "params.width", order="-best")
    assert [group.label for group in found] == ["32", "16", "8", None]


def test_configurations_without_the_metric_are_told_by_parameters_and_have_no_best_run(
    digits: Project, runs: list[Run]
) -> None:
    nowhere = Column("metrics", "nowhere", "min", "min")
    for columns in ([], [nowhere]):
        found = grouped(digits, q="", key="configuration", columns=columns).groups
        assert {group.words for group in found} >= {"width 8", "width 16", "width 32"}
        assert {group.best for group in found} == {None}


@pytest.mark.parametrize(
    "part", ["?group=tag&cols=metrics.%00", "?group=params.%00", "table.md?group=params.%00"]
)
def test_names_that_no_database_takes_are_left_out(
    page: Client, digits: Project, runs: list[Run], part: str
) -> None:
    assert page.get(digits.get_absolute_url() + part).status_code == 200


def test_beyond_the_last_group_the_table_begins_again(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    assert "4 groups" in panel_of(page.get(address(digits, group="params.width", cursor="50")))


@pytest.mark.parametrize("key", ["", "nothing", "metrics.loss", "params.", "started"])
def test_runs_are_grouped_by_what_they_share_alone(key: str) -> None:
    assert not is_key(key)


def test_the_page_shows_groups_and_opens_one(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    shown = panel_of(page.get(address(digits, group="params.width")))
    assert "4 groups" in shown
    assert "0.5 ± 0.2" in shown
    assert "1 of 2" in shown
    assert "± 0<" not in shown
    opened = page.get(
        address(digits, "groups/runs/", key="params.width", label="8"), headers=HTMX
    ).content.decode()
    assert [f"#{run.number} " in opened for run in runs] == [True] * 3 + [False] * 4
    plain = page.get(address(digits, "groups/runs/", key="params.width", label="8"))
    assert plain.status_code == 302
    assert "params.width+%3D+%228%22" in plain.url


def test_a_faulty_filter_says_so_where_groups_would_stand(page: Client, digits: Project) -> None:
    shown = page.get(address(digits, group="tag", q="width > 3")).content.decode()
    assert "This filter cannot be read" in shown


def test_tables_to_quote_hold_what_the_page_shows(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    for ending in ("tex", "md", "csv"):
        grouped_text = page.get(address(digits, f"table.{ending}", group="params.width"))
        assert "0.5 ± 0.2" in grouped_text.content.decode().replace(r"\pm", "±"), ending
        single = page.get(address(digits, f"table.{ending}")).content.decode()
        assert f"{digits.get_absolute_url()}runs/{runs[1].number}/" in single
        assert "attachment" in grouped_text["Content-Disposition"]
    shown = page.get(address(digits, "export/", form="latex", group="tag")).content.decode()
    assert r"\toprule" in shown
    assert "a run with several" not in shown


def test_single_runs_are_rounded_like_the_repeats_of_their_configuration(
    page: Client, digits: Project, alice: User
) -> None:
    for seed, end in enumerate((0.51234, 0.52345, 0.53456)):
        sketch_run(digits, alice, params={"width": 8, "seed": seed}, val_loss=(end,))
    sketch_run(digits, alice, params={"width": 16}, val_loss=(0.51234,))
    text = page.get(address(digits, "table.md", cols="metrics.val_loss.min")).content.decode()
    quoted = re.findall(r"\| \[(0\.\d+)\]", text)
    # Their standard deviation is 0.011; the last run is alone.
    assert sorted(quoted) == ["0.512", "0.5123", "0.523", "0.535"]


@pytest.mark.parametrize("order", ["best", "-runs", "label"])
def test_charts_and_single_runs_do_without_an_order_of_groups(
    page: Client, digits: Project, runs: list[Run], order: str
) -> None:
    for part in ("charts/", "curves/", "table.md", "runs.csv", ""):
        assert page.get(address(digits, part, order=order)).status_code == 200, part
    assert "cannot be read" not in panel_of(page.get(address(digits, order=order)))


def test_a_stranger_gets_none_of_it(digits: Project, charlie: User) -> None:
    stranger = client_of(charlie)
    for part in ("table.tex", "export/", "groups/runs/?key=tag&label=a"):
        assert stranger.get(digits.get_absolute_url() + part).status_code == 404
