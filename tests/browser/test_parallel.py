"""Stories about the parallel coordinates: which axes there are, and in which order."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..sketches import sketch_run
from .charting import LEFT, RIGHT, axes_of, box_of, brush_axis, drag, opened

SUMMARY = "/projects/vision/digits/"


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    for number in range(1, 7):
        params = {"width": 2**number, "depth": number, "kind": ("adam", "sgd")[number % 2]}
        if number == 1:
            del params["width"]
        sketch_run(digits, alice, name=f"run-{number}", val_loss=(1, 1 / number), params=params)


def test_axes_are_chosen_and_ordered_by_keyboard(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), SUMMARY, 6)
    first, second, *_ = axes_of(here)
    here.locator("summary", has_text="Axes").focus()
    here.keyboard.press("Enter")
    label = first.rpartition(".")[2]
    here.get_by_label(f"{label}: further right").focus()
    here.keyboard.press("Enter")
    here.get_by_role("button", name="Draw these").focus()
    here.keyboard.press("Enter")
    expect(here).to_have_url(re.compile("axes="))
    expect(here.locator("[data-note=parallel]")).to_contain_text("6 runs")
    assert axes_of(here)[:2] == [second, first]


def test_an_axis_is_moved_by_its_name(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), SUMMARY, 6)
    axes, chart = axes_of(here), here.locator("#parallel")
    _, _, width, _ = box_of(chart)
    gap = (width - LEFT - RIGHT) / (len(axes) - 1)
    drag(here, chart, (LEFT + gap, 26), (LEFT + 2 * gap + 10, 26))
    expect(here).to_have_url(re.compile("axes="))
    assert axes_of(here) == [axes[0], axes[2], axes[1], *axes[3:]]


def test_another_metric_gives_the_colours(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), SUMMARY, 6)
    here.get_by_label("coloured by").select_option("metrics.loss")
    expect(here).to_have_url(re.compile("target=metrics.loss"))
    data = here.request.get(f"{SUMMARY}charts/?target=metrics.loss").json()
    assert data["objective"]["key"] == "metrics.loss"
    assert sorted(data["rank"]) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]


def test_brushes_on_two_axes_narrow_together(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), SUMMARY, 6)
    brush_axis(here, "params.depth", 0.0, 0.7)
    expect(here.locator(".chip")).to_have_count(1)
    before = here.locator("[data-run]").count()
    brush_axis(here, "params.kind", 0.5, 1.0)
    expect(here.locator(".chip")).to_have_count(2)
    assert 0 < here.locator("[data-run]").count() < before
    here.locator(".chip").first.click()
    expect(here.locator(".chip")).to_have_count(1)


def test_a_run_without_a_value_stays_in_the_table(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), SUMMARY, 6)
    table = here.locator("[data-table-of=parallel]")
    table.locator("summary").click()
    expect(table.locator("tbody tr")).to_have_count(6)
    poor = table.locator("tbody tr").filter(has_text="run-1")
    expect(poor).to_contain_text("–")


def test_categories_are_brushed_in_their_places(page: Callable[..., Page], alice: User) -> None:
    """Below them is a place for runs without one, which moves them up by one."""
    sketch_run(Project.objects.get(slug="digits"), alice, name="run-7", params={"depth": 7})
    here = opened(page(alice), SUMMARY, 7)
    brush_axis(here, "params.kind", 0.0, 0.3)
    expect(here.locator(".chip")).to_contain_text("sgd")
    expect(here.locator("[data-run]")).to_have_count(3)
