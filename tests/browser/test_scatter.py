"""Stories about the scatterplot: what it shows, and how it narrows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..sketches import sketch_run
from .charting import box_of, drag, opened

SUMMARY = "/projects/vision/digits/"
NOTE = "[data-note=scatter]"
LEGEND = "[data-legend=scatter]"


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    for number in range(1, 7):
        params = {"width": 2**number, "kind": ("adam", "sgd")[number % 2], "shift": number - 3}
        sketch_run(digits, alice, name=f"run-{number}", val_loss=(1, 1 / number), params=params)
    sketch_run(digits, alice, name="run-7", val_loss=(1.0, 0.5))


def look(page: Page, query: str) -> Page:
    return opened(page, f"{SUMMARY}?x=params.width&y=metrics.val_loss.min&{query}", 7)


def test_runs_without_both_values_are_told(page: Callable[..., Page], alice: User) -> None:
    here = look(page(alice), "")
    expect(here.locator(NOTE)).to_contain_text("6 of 7 runs have both values")


def test_colours_and_shapes_have_a_legend(page: Callable[..., Page], alice: User) -> None:
    here = look(page(alice), "")
    expect(here.locator(LEGEND)).to_be_hidden()
    here.get_by_label("Colours, shapes and scales of the scatterplot").click()
    here.get_by_label("Colour by").select_option("params.shift")
    expect(here.locator(LEGEND)).to_contain_text("shift:")
    here.get_by_label("Shape by").select_option("params.kind")
    expect(here.locator(LEGEND)).to_contain_text("● adam")
    expect(here.locator(LEGEND)).to_contain_text("■ sgd")
    expect(here).to_have_url(re.compile("colour=params.shift.*mark=params.kind"))


def test_what_a_logarithmic_scale_cannot_show_is_told(
    page: Callable[..., Page], alice: User
) -> None:
    here = opened(page(alice), f"{SUMMARY}?x=params.shift&xlog=1", 7)
    expect(here.locator(NOTE)).to_contain_text("3 at or below 0 cannot stand")


def test_a_pareto_front_wants_two_results(page: Callable[..., Page], alice: User) -> None:
    here = look(page(alice), "front=1")
    expect(here.locator(NOTE)).to_contain_text("a Pareto front needs two metrics")
    other = opened(page(alice), f"{SUMMARY}?x=metrics.loss&y=metrics.val_loss.min&front=1", 7)
    expect(other.locator(NOTE)).to_contain_text("no run is better in both")


def test_a_lasso_picks_the_runs_within(page: Callable[..., Page], alice: User) -> None:
    here = look(page(alice), "")
    here.get_by_label("A lasso").click()
    chart = here.locator("#scatter")
    _, _, width, height = box_of(chart)
    right, bottom = width - 6, height - 50
    # Around the right half, where the wide and good runs lie.
    drag(
        here,
        chart,
        (width * 0.6, bottom),
        (right, bottom),
        (right, height * 0.5),
        (width * 0.6, height * 0.5),
        (width * 0.6, bottom - 4),
    )
    expect(here).to_have_url(re.compile(r"pick=\d"))
    picked = here.locator("[data-run]").count()
    assert 0 < picked < 6
    expect(here.locator("[data-note=parallel]")).to_contain_text(f"{picked} of 7 runs")
    without_script = page(alice, java_script_enabled=False)
    without_script.goto(here.url)
    assert without_script.locator("[data-run]").count() == picked
    here.locator(".chip").click()
    expect(here.locator("[data-run]")).to_have_count(7)


def test_the_table_beside_it_leads_to_runs(page: Callable[..., Page], alice: User) -> None:
    here = look(page(alice), "")
    table = here.locator("[data-table-of=scatter]")
    table.locator("summary").focus()
    here.keyboard.press("Enter")
    expect(table.locator("tbody tr")).to_have_count(6)
    expect(table.locator("thead")).to_contain_text("metrics.val_loss.min")
    table.get_by_role("link", name="run-6").click()
    expect(here.locator("h1")).to_contain_text("run-6")


def test_pointing_at_a_row_points_at_its_run(page: Callable[..., Page], alice: User) -> None:
    here = look(page(alice), "")
    here.locator("[data-run] .run-name a").first.hover()
    chart = here.locator("#scatter")
    before = chart.screenshot()
    here.mouse.move(0, 0)
    here.locator("[data-run] .run-name a").nth(3).hover()
    here.wait_for_timeout(300)
    assert chart.screenshot() != before
