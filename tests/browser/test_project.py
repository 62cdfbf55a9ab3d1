"""Stories about the summary of a project."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..sketches import sketch_project
from . import charting
from .charting import brush_axis, drag

SUMMARY = "/projects/vision/digits/"
PASSWORD = "a long enough pass phrase"


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    sketch_project(digits, alice, count=6)


def names(page: Page) -> list[str]:
    return page.locator("[data-run] .run-name a").all_inner_texts()


def opened(page: Page) -> Page:
    """The summary once its charts are drawn."""
    return charting.opened(page, SUMMARY, 6)


def test_log_in_brush_an_axis_and_share_the_address(page: Callable[..., Page], alice: User) -> None:
    alice.set_password(PASSWORD)
    alice.save()
    here = page()
    here.goto("/")
    here.get_by_label("e-mail").fill(alice.email)
    here.get_by_label("Password", exact=True).fill(PASSWORD)
    here.get_by_role("button", name="Log in", exact=True).click()
    here.get_by_role("link", name="Digits", exact=True).click()
    expect(here.locator("#parallel canvas").first).to_be_visible()
    expect(here.locator("[data-note=over-time]")).to_contain_text("points")
    assert len(names(here)) == 6

    brush_axis(here, "params.width", 0.0, 0.6)
    expect(here).to_have_url(re.compile(r"brush=params\.width"))
    # The table may answer a hand that pauses; the drawing counts the whole way.
    expect(here.locator("[data-note=parallel]")).to_contain_text(" of 6 runs")
    left = here.locator("[data-note=parallel]").inner_text().split()[0]
    expect(here.locator("[data-run]")).to_have_count(int(left))
    narrowed = names(here)
    assert 0 < len(narrowed) < 6
    expect(here.locator(".chip")).to_contain_text("width")
    expect(here.locator("[data-note=parallel]")).to_contain_text(f"{len(narrowed)} of 6 runs")
    expect(here.locator("[data-note=over-time]")).to_contain_text(f"{len(narrowed)} run")

    without_script = page(alice, java_script_enabled=False)
    without_script.goto(here.url)
    assert names(without_script) == narrowed

    again = page(alice)
    again.goto(here.url)
    expect(again.locator("[data-note=parallel]")).to_contain_text(f"{len(narrowed)} of 6 runs")
    assert names(again) == narrowed


def test_taking_a_brush_away_shows_all_runs_again(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    brush_axis(here, "params.width", 0.0, 0.5)
    expect(here.locator(".chip")).to_have_count(1)
    here.locator(".chip").click()
    expect(here.locator("[data-run]")).to_have_count(6)
    expect(here).to_have_url(re.compile(r"/digits/$"))
    expect(here.locator("[data-note=parallel]")).not_to_contain_text(" of ")


def test_brushing_the_scatterplot_narrows_two_columns(
    page: Callable[..., Page], alice: User
) -> None:
    here = opened(page(alice))
    chart = here.locator("#scatter")
    box = chart.bounding_box()
    assert box is not None
    drag(here, chart, (70, 40), (box["width"] * 0.62, box["height"] - 60))
    expect(here.locator(".chip")).to_have_count(2)
    assert 0 < len(names(here)) < 6
    without_script = page(alice, java_script_enabled=False)
    without_script.goto(here.url)
    assert names(without_script) == names(here)


def test_filter_and_order_keep_the_place_on_the_page(
    page: Callable[..., Page], alice: User
) -> None:
    here = opened(page(alice))
    here.get_by_label("Filter the runs").fill("metrics.val_loss < 0.3")
    here.get_by_role("button", name="Filter").click()
    expect(here.locator("[data-run]")).to_have_count(3)
    expect(here.locator("[data-note=parallel]")).to_contain_text("3 runs")
    here.get_by_role("columnheader", name="Run").get_by_role("link").click()
    expect(here.locator("th[aria-sort]")).to_contain_text("Run")
    expect(here).to_have_url(re.compile(r"order="))
    assert "q=metrics.val_loss" in here.url
    here.get_by_label("Filter the runs").fill("metrics.val_loss <")
    here.keyboard.press("Enter")
    expect(here.get_by_role("alert")).to_contain_text("^")
    expect(here.locator("#charts")).to_be_hidden()
    expect(here.get_by_label("Filter the runs")).to_have_attribute("aria-invalid", "true")


def test_charts_come_back_once_the_filter_is_mended(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto(f"{SUMMARY}?q=metrics.val_loss+<&cols=params.width&cols=metrics.val_loss.min")
    alert = here.get_by_role("alert")
    expect(alert).to_contain_text("^")
    box, bar = alert.bounding_box(), here.locator("#view-form").bounding_box()
    assert box is not None
    assert bar is not None
    assert 0 <= box["y"] - bar["y"] - bar["height"] < 40
    here.get_by_label("Filter the runs").fill("params.width > 99999")
    here.keyboard.press("Enter")
    expect(here.get_by_role("heading", name="No run matches")).to_be_visible()
    expect(here.locator("#charts")).to_be_hidden()
    here.get_by_label("Filter the runs").fill("metrics.val_loss < 0.3")
    here.keyboard.press("Enter")
    expect(here.locator("[data-run]")).to_have_count(3)
    expect(here.locator("[data-note=parallel]")).to_contain_text("3 runs")
    drawn = here.locator("#parallel canvas").first
    expect(drawn).to_be_visible()
    width = drawn.bounding_box()
    assert width is not None
    assert width["width"] > 600
    assert "cols=params.width" in here.url


def test_other_axes_are_in_the_address(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    here.get_by_label("Axis x").select_option("started")
    expect(here).to_have_url(re.compile(r"x=started"))
    here.get_by_label("What is drawn over time").select_option("best")
    expect(here.locator("[data-note=over-time]")).to_contain_text("best so far")
    here.reload()
    expect(here.get_by_label("Axis x")).to_have_value("started")
    expect(here.locator("[data-note=over-time]")).to_contain_text("best so far")


def test_columns_are_chosen_by_keyboard(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    here.locator("summary", has_text="Columns").focus()
    here.keyboard.press("Enter")
    here.get_by_label("Find a column").fill("width")
    here.locator("#column-options label:visible input").first.focus()
    here.keyboard.press("Space")
    here.get_by_role("button", name="Show these").focus()
    here.keyboard.press("Enter")
    expect(here.locator(".runs-table thead")).not_to_contain_text("width")
    assert "cols=" in here.url


def test_everything_fits_a_narrow_screen(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice, width=390))
    assert here.evaluate("document.documentElement.scrollWidth") <= 390
