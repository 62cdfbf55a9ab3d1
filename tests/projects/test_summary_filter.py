"""The summary of a project: filter and brushes."""

import re

import pytest
from django.test import Client

from projects.models import Project
from projects.views.state import parse_brush
from runs.models import Run

from .reading import HTMX, address, charts_of, names_in, panel_of


def test_filter_narrows_the_table(page: Client, digits: Project, runs: list[Run]) -> None:
    answer = page.get(address(digits, q="metrics.val_loss < 0.3"))
    assert names_in(answer) == ["run-6", "run-5", "run-4"]
    assert "3 of 6 match" in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_filter_that_cannot_be_read_is_pointed_at(
    page: Client, digits: Project, runs: list[Run], headers: dict[str, str]
) -> None:
    answer = page.get(address(digits, q="metrics.val_loss < < 1"), headers=headers)
    assert answer.status_code == 200
    shown = answer.content.decode()
    pointer = re.search(r"metrics.val_loss &lt; &lt; 1\n( *)\^", shown)
    assert pointer is not None
    assert len(pointer[1]) == len("metrics.val_loss < ")
    assert names_in(answer) == []


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("number >\n0 and\tcolour = 3", "number &gt; 0 and colour = 3\n               ^"),
        (
            f"{'number > 1 and ' * 9}colour = 3",
            f"… &gt; 1 and number &gt; 1 and colour = 3\n{' ' * 25}^",
        ),
    ],
)
def test_of_a_long_filter_the_place_of_the_fault_is_shown(
    page: Client, digits: Project, runs: list[Run], query: str, shown: str
) -> None:
    assert f'<pre class="query-error">{shown}</pre>' in panel_of(page.get(address(digits, q=query)))


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("width = 64", "params.width"),
        ("status = finished and learning_rate > 0.1", "params.optimizer.learning_rate"),
        ("optimizer.name = adam", "params.optimizer.name"),
        ("optimizer = adam", "params.optimizer.name"),
        ("val_loss < 1", "metrics.val_loss"),
    ],
)
def test_a_name_without_its_kind_is_answered_with_the_whole_name(
    page: Client, digits: Project, runs: list[Run], query: str, meant: str
) -> None:
    assert f"Did you mean <code>{meant}</code>?" in panel_of(page.get(address(digits, q=query)))


def test_a_name_that_no_run_has_is_answered_with_the_fields(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    shown = panel_of(page.get(address(digits, q="breadth = 64")))
    assert "There is no field “breadth”" in shown
    assert "duration" in shown
    assert "Did you mean" not in shown


@pytest.mark.parametrize("query", ["metrics.val_loss < < 1", "params.width > 99999"])
def test_nothing_is_drawn_where_nothing_can_be(
    page: Client, digits: Project, runs: list[Run], query: str
) -> None:
    answer = page.get(address(digits, q=query))
    assert "hidden" in charts_of(answer)
    assert "data-charts" not in panel_of(answer)
    assert "hidden" not in charts_of(page.get(address(digits)))


def test_no_match_is_said_in_words(page: Client, digits: Project, runs: list[Run]) -> None:
    shown = panel_of(page.get(address(digits, q="params.width > 99999")))
    assert "No run matches" in shown
    assert "None of 6 runs fits <code>params.width &gt; 99999</code>" in shown


def test_a_metric_that_no_run_has_is_answered_with_the_one_that_was_meant(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    shown = panel_of(page.get(address(digits, q="metrics.val_los < 1")))
    assert "No run matches" in shown
    assert "No run has a metric “val_los”; did you mean metrics.val_loss?" in shown
    assert "did you mean" not in panel_of(page.get(address(digits, q="params.width > 99999")))


def test_a_name_that_no_run_has_is_shown_as_text(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    shown = panel_of(page.get(address(digits, q='metrics."<b>" < 1')))
    assert "No run has a metric “&lt;b&gt;”." in shown


def test_brushes_that_leave_nothing_can_be_drawn_anew(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    answer = page.get(address(digits, brush="params.width:1000..2000"))
    assert names_in(answer) == []
    assert "hidden" not in charts_of(answer)
    assert "data-charts" in panel_of(answer)


def test_a_faulty_filter_keeps_brushes_order_and_columns(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    view = {"brush": "params.width:1..9", "order": "number", "cols": ["params.width"]}
    shown = panel_of(page.get(address(digits, q="<", **view)))
    assert 'name="brush" value="params.width:1..9"' in shown
    assert 'name="order" value="number"' in shown
    assert re.search(r'name="cols" value="params.width" form="view-form" checked', shown)


def test_a_brush_narrows_as_the_filter_does(page: Client, digits: Project, runs: list[Run]) -> None:
    brushed = address(digits, q="metrics.val_loss < 0.3", brush="params.width:10..40")
    answer = page.get(brushed)
    assert names_in(answer) == ["run-5", "run-4"]
    assert "width 10 – 40" in answer.content.decode()
    both = ["params.width:10..40", 'params.optimizer.name:"adam"']
    assert names_in(page.get(address(digits, brush=both))) == ["run-4"]


def test_a_brush_does_not_change_the_meaning_of_or(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    either = "params.width = 2 or params.width = 4"
    answer = page.get(address(digits, q=either, brush="params.width:3..64"))
    assert names_in(answer) == ["run-2"]


@pytest.mark.parametrize(
    "text", ["", "params.width", "params.width:1", "params.width:a..b", ":1..2", "x:1..2 or 1=1"]
)
def test_texts_that_are_no_brush_are_left_out(text: str) -> None:
    assert parse_brush(text) is None


def test_a_brush_on_the_time_axis_is_in_seconds(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    start = runs[0].started_at.timestamp()
    assert (
        len(
            names_in(page.get(address(digits, brush=f"started:{start - 60:.0f}..{start + 60:.0f}")))
        )
        == 6
    )
    assert names_in(page.get(address(digits, brush="started:0..1000"))) == []
