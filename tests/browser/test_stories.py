"""Whole stories: from five hundred runs to a link and a number that others can trust."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.queries import search_runs
from runs.seeding import seed_runs

from .charting import axes_of, brush_axis, opened

SUMMARY = "/projects/vision/digits/"
RUNS = 500


@pytest.fixture(autouse=True)
def _runs(digits: Project) -> None:
    seed_runs(project=digits, count=RUNS)


def numbers(page: Page) -> list[str]:
    return page.locator("[data-run] .run-name a").all_inner_texts()


def test_the_best_of_500_runs_is_found_narrowed_to_saved_sent_and_quoted(
    page: Callable[..., Page], digits: Project, alice: User, dana: User
) -> None:
    best = search_runs(project=digits, order="-metrics.val_accuracy.max", limit=1).runs[0]
    here = opened(page(alice, width=1440), SUMMARY, RUNS)
    expect(here.locator("#tile-best + *")).to_be_visible()
    expect(here.locator("[data-run]").first).to_contain_text(f"#{best.number} ")

    # The region where it lies: a brush on the result, and one on a parameter.
    brush_axis(here, "metrics.val_accuracy.max", 0.0, 0.25)
    expect(here.locator(".chip")).to_have_count(1)
    parameter = axes_of(here)[0]
    brush_axis(here, parameter, 0.02, 0.98)
    expect(here.locator(".chip")).to_have_count(2)
    kept = numbers(here)
    assert 0 < len(kept) <= 50
    note = here.locator("[data-note=parallel]")
    expect(note).to_contain_text(f"of {RUNS} runs")

    # Kept under a name, and shared.
    here.locator("summary", has_text="Views").click()
    here.get_by_label("Save what you see now as").fill("promising")
    here.get_by_label("Share it with everybody who sees the project").check()
    here.get_by_role("button", name="Save view").click()
    expect(here.get_by_role("status").first).to_contain_text("promising")
    assert numbers(here) == kept

    # A reader who is sent its link sees the same.
    reader = page(dana)
    reader.goto(f"{SUMMARY}views/")
    reader.get_by_role("link", name="promising").click()
    expect(reader.locator("[data-note=parallel]")).to_contain_text(f"of {RUNS} runs")
    assert numbers(reader) == kept
    expect(reader.locator(".chip")).to_have_count(2)

    # And quotes it.
    reader.locator("summary", has_text="Export").click()
    reader.get_by_role("link", name="LaTeX").click()
    with reader.expect_download() as waiting:
        reader.get_by_role("link", name="table.tex").click()
    text = Path(waiting.value.path()).read_text()
    for name in kept[:10]:
        assert f"\\{name.split()[0]} " in text
        assert f"runs/{name.split()[0][1:]}/" in text
    first = search_runs(project=digits, q=f"number = {kept[0].split()[0][1:]}").runs[0]
    # To the place of the spread of its configuration, and a link to its run behind it.
    quoted = re.search(rf"runs/{first.number}/\}}\{{\$([0-9.]+)\$", text)
    assert quoted is not None
    assert abs(float(quoted[1]) - first.metrics["val_accuracy"].max) <= 0.05


def test_the_same_without_a_mouse(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), SUMMARY, RUNS)
    keys = here.keyboard
    keys.press("/")
    expect(here.get_by_label("Filter the runs")).to_be_focused()
    keys.type("metrics.val_accuracy.max > 0.8")
    keys.press("Enter")
    expect(here).to_have_url(re.compile("q=metrics.val_accuracy.max"))
    expect(here.locator("[data-count]")).to_contain_text(f"of {RUNS}")
    total = here.locator("[data-count]").inner_text()
    here.get_by_label("Group by").focus()
    keys.type("by conf")
    keys.press("Enter")
    expect(here.locator(".groups-table")).to_be_visible()
    here.locator("summary", has_text="Views").focus()
    keys.press("Enter")
    here.get_by_label("Save what you see now as").focus()
    keys.type("by seeds")
    keys.press("Enter")
    expect(here.get_by_role("status").first).to_contain_text("by seeds")
    expect(here.locator(".groups-table")).to_be_visible()
    here.locator("summary", has_text="Export").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    expect(here.locator("h1")).to_contain_text("LaTeX")
    assert "val\\_accuracy" in here.locator("[data-snippet] code").inner_text()
    assert total


def test_the_same_on_a_phone(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice, width=390, has_touch=True), SUMMARY, RUNS)
    here.get_by_label("Filter the runs").fill("params.width = 6")
    expect(here.get_by_role("option").first).to_be_visible()
    # The suggestions do not lie on the button.
    here.get_by_role("button", name="Filter", exact=True).tap(trial=True)
    here.get_by_label("Filter the runs").fill("params.width = 64")
    here.get_by_role("button", name="Filter", exact=True).tap()
    expect(here.locator("[data-count]")).to_contain_text(f"of {RUNS}")
    shown = numbers(here)
    here.get_by_label("Group by").select_option("params.depth")
    expect(here.locator(".groups-table")).to_be_visible()
    assert here.evaluate("document.documentElement.scrollWidth") <= 390
    here.get_by_label("Group by").select_option("")
    expect(here.locator("[data-run]").first).to_be_visible()
    assert numbers(here) == shown
    here.locator("[data-run] .run-name a").first.tap()
    expect(here.locator("h1")).to_contain_text(shown[0].partition(" ")[2])
