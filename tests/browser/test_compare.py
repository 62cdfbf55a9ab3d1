"""Stories about runs beside each other."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..sketches import send_events, sketch_run

ADDRESS = "/projects/vision/digits/compare/?runs="


@pytest.fixture(autouse=True)
def runs(digits: Project, alice: User) -> None:
    """Five seeds of two configurations, of which the second has a wider layer."""
    for width in (8, 16):
        for seed in range(5):
            params = {"width": width, "seed": seed, "loss": "mse"}
            losses = (1.0, 1 / width + seed / 100)
            run = sketch_run(digits, alice, name=f"w{width}", val_loss=losses, params=params)
            layers = [
                {"name": "dense", "class": "Dense", "units": width, "parameters": 9 * width},
                {"name": "out", "class": "Dense", "units": 1, "parameters": width},
            ]
            send_events(run, ("model", {"layers": layers}))


def test_three_runs_are_compared(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto(f"{ADDRESS}1,6,7")
    verdicts = here.get_by_role("region", name="Is the difference real?")
    expect(verdicts.get_by_role("listitem").first).to_contain_text("#6: Beyond seed noise.")
    layers = here.get_by_role("region", name="Layers", exact=True)
    expect(layers).to_contain_text("changed, +72 parameters")

    params = here.get_by_role("region", name="Parameters", exact=True)
    expect(params.get_by_role("rowheader", name="loss")).to_have_count(0)
    params.get_by_role("link", name="show all").click()
    expect(here).to_have_url(re.compile(r"all=1#compare-params"))
    expect(params.get_by_role("rowheader", name="loss")).to_be_visible()

    expect(here.locator("#compare-curves canvas").first).to_be_visible()
    expect(here.locator("[data-note=compare-curves]")).to_contain_text("3 runs")
    here.locator("[data-table-of=compare-curves] summary").click()
    expect(here.locator("[data-table-body] tbody tr")).to_have_count(3)


def test_base_and_metric_are_chosen(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto(f"{ADDRESS}1,6")
    here.get_by_label("Base").select_option("6")
    expect(here).to_have_url(re.compile("base=6"))
    expect(here.get_by_role("listitem").filter(has_text="#1: Beyond seed noise")).to_be_visible()
    here.get_by_label("Metric").select_option("loss")
    expect(here.get_by_role("heading", name="Curves of loss")).to_be_visible()
    expect(here.locator("[data-note=compare-curves]")).to_contain_text("2 runs")


def test_ticked_runs_of_the_table_are_compared(page: Callable[..., Page], alice: User) -> None:
    here = page(alice)
    here.goto("/projects/vision/digits/")
    for box in here.locator("[data-run] input[type=checkbox]").all()[:2]:
        box.check()
    here.get_by_role("button", name="Compare").click()
    expect(here.get_by_role("heading", name="2 runs compared")).to_be_visible()


def test_without_javascript_everything_but_the_drawing_is_there(
    page: Callable[..., Page], alice: User
) -> None:
    here = page(alice, java_script_enabled=False)
    here.goto(f"{ADDRESS}1,6")
    here.get_by_label("Base").select_option("6")
    here.get_by_role("button", name="Show", exact=True).first.click()
    expect(here.get_by_text("#1: Beyond seed noise")).to_be_visible()
    expect(here.get_by_role("rowheader", name="width")).to_be_visible()
