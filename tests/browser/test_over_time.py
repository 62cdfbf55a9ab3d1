"""Stories about the curves of a project."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..sketches import sketch_run

CURVES = "/projects/vision/digits/?series=val_loss"
NOTE = "[data-note=over-time]"


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    for width, values in ((8, (0.9, 0.5, 0.4)), (8, (0.8, 0.6)), (16, (0.7, float("nan"), 0.0))):
        sketch_run(digits, alice, val_loss=values, params={"width": width})


def opened(page: Page, more: str = "") -> Page:
    page.goto(CURVES + more)
    expect(page.locator(NOTE)).to_contain_text("3 runs")
    return page


def test_the_table_counts_what_is_not_finite(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    expect(here.locator(NOTE)).to_contain_text("1 not finite")
    table = here.locator("[data-table-of=over-time]")
    table.locator("summary").click()
    expect(table.locator("tbody tr")).to_have_count(3)
    odd = table.locator("tbody tr").filter(has_text="0.7")
    expect(odd.locator("td, th").last).to_have_text("1")


def test_zero_on_a_logarithmic_scale_is_said(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), "&slog=1")
    expect(here.locator(NOTE)).to_contain_text("cannot stand on a logarithmic scale")


def test_groups_are_drawn_as_means(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), "&band=params.width")
    expect(here.locator(NOTE)).to_contain_text("mean and range of 2 groups")


def test_smoothing_is_kept_in_the_address(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    here.get_by_label("How the curves are drawn").click()
    here.locator("#smooth").press("ArrowRight")
    expect(here).to_have_url(re.compile(r"smooth=0\.02"))
    here.reload()
    expect(here.locator("#smooth-value")).to_have_text("0.02")


def test_a_zoom_asks_the_server_and_escape_ends_it(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice))
    expect(here.locator(NOTE)).to_contain_text("8 points")
    chart = here.locator("#over-time")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    height = box["y"] + box["height"] / 2
    here.mouse.move(box["x"] + box["width"] * 0.7, height)
    here.mouse.down()
    here.mouse.move(box["x"] + box["width"] * 0.9, height, steps=8)
    with here.expect_response(re.compile(r"/curves/\?.*from=")):
        here.mouse.up()
    expect(here.locator("#over-time-reset")).to_be_visible()
    with here.expect_response(
        lambda answer: "/curves/" in answer.url and "from=" not in answer.url
    ):
        here.keyboard.press("Escape")
    expect(here.locator("#over-time-reset")).to_be_hidden()
