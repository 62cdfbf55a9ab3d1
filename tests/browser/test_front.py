"""Stories about what stands above the runs of a project."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from ..sketches import sketch_project
from .waiting import wait_until_quiet

SUMMARY = "/projects/vision/digits/"


@pytest.fixture(autouse=True)
def runs(digits: Project, alice: User) -> list[Run]:
    return sketch_project(digits, alice, count=10)


def test_what_mattered_follows_the_filter(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto(SUMMARY)
    tile = here.get_by_role("region", name="What mattered for val_loss")
    expect(tile).to_contain_text("higher was better")
    expect(tile).to_contain_text("From 10 configurations")

    here.get_by_label("Filter the runs").fill("params.width > 16")
    here.get_by_role("button", name="Filter", exact=True).click()
    expect(tile).to_contain_text("6 configurations with a result so far")

    here.get_by_label("Filter the runs").fill("params.width >> 16")
    here.get_by_role("button", name="Filter", exact=True).click()
    expect(tile).to_contain_text("cannot be read")


def test_a_brush_narrows_what_mattered_and_its_page_keeps_it(
    page: Callable[..., Page], alice: User
) -> None:
    here = page(alice)
    here.goto(f"{SUMMARY}?brush=params.width:1..600")
    tile = here.get_by_role("region", name="What mattered for val_loss")
    tile.get_by_role("link", name="From 9 configurations").click()
    expect(here).to_have_url(re.compile(r"/insights/\?.*brush=params\.width"))
    expect(here.get_by_text("9 configurations in 9 runs")).to_be_visible()
    here.get_by_role("link", name="digits", exact=True).click()
    expect(here.locator("[data-run]")).to_have_count(9)


def test_what_mattered_is_told_of_the_metric_that_colours(
    page: Callable[..., Page], alice: User
) -> None:
    here = page(alice)
    here.goto(SUMMARY)
    expect(here.get_by_role("region", name="What mattered for val_loss")).to_be_visible()
    here.get_by_label("coloured by").select_option(label="loss (last)")
    expect(here.get_by_role("region", name="What mattered for loss")).to_be_visible()


def test_what_was_not_tried_is_copied(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto(f"{SUMMARY}insights/")
    first = here.locator(".proposals li").first
    expect(first).to_contain_text("beyond the largest tried")
    first.get_by_role("button", name=re.compile("^Copy width=2048")).click()
    expect(first).to_contain_text(re.compile("Copied|Ctrl-C"))


def test_a_run_is_pinned_to_the_project_and_taken_off(
    page: Callable[..., Page], alice: User, runs: list[Run]
) -> None:
    here = page(alice)
    here.goto(runs[2].get_absolute_url())
    here.get_by_role("button", name="Pin", exact=True).click()
    expect(here.get_by_role("button", name="Unpin")).to_be_visible()

    here.goto(SUMMARY)
    pinned = here.get_by_role("region", name="Pinned runs")
    expect(pinned).to_contain_text("#3 run-3")
    pinned.get_by_role("button", name="Unpin run 3").click()
    expect(here.get_by_role("region", name="How runs ended")).to_be_visible()
    expect(here.get_by_role("region", name="Pinned runs")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1440])
def test_tiles_of_a_row_are_of_equal_height_and_nothing_overflows(
    page: Callable[..., Page], alice: User, width: int
) -> None:
    here = page(alice, width=width)
    for path in (SUMMARY, f"{SUMMARY}insights/", f"{SUMMARY}activity/", f"{SUMMARY}storage/"):
        here.goto(path)
        wait_until_quiet(here)
        assert here.evaluate("document.documentElement.scrollWidth") <= width
    here.goto(SUMMARY)
    expect(here.get_by_role("region", name="What mattered")).to_contain_text("From 10")
    boxes = [tile.bounding_box() for tile in here.locator(".tiles .tile").all()]
    if width > 1000:
        assert len({round(box["height"]) for box in boxes if box}) == 1
        assert len({round(box["y"]) for box in boxes if box}) == 1


def test_without_javascript_links_lead_to_the_pages(page: Callable[..., Page], alice: User) -> None:
    here = page(alice, java_script_enabled=False)
    here.goto(f"{SUMMARY}?q=number+>+1")
    here.get_by_role("link", name="Parameters beside results").click()
    expect(here.get_by_text("9 configurations in 9 runs")).to_be_visible()
    here.goto(SUMMARY)
    here.get_by_role("link", name="What happened, pinned runs, how runs ended").click()
    expect(here.get_by_role("heading", name="Lately in Digits")).to_be_visible()
