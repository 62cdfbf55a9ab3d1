"""A story of numbers that are quoted: group, open, export, and read them back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..cast import api_of
from ..sketches import sketch_run

SUMMARY = "/projects/vision/digits/"


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    for number in range(6):
        params = {"width": 8 * (number // 3 + 1), "seed": number}
        end = 0.5 / (number // 3 + 1) + 0.01 * number
        sketch_run(digits, alice, name=f"run-{number}", val_loss=(1.0, end), params=params)


def test_seeds_are_put_together_opened_and_quoted_in_latex(
    page: Callable[..., Page], alice: User
) -> None:
    here = page(alice)
    here.goto(SUMMARY)
    here.get_by_label("Group by").select_option("configuration")
    expect(here).to_have_url(re.compile("group=configuration"))
    rows = here.locator(".groups-table > tbody > tr:not(.group-runs)")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("width 16")
    expect(rows.first).to_contain_text("0.290 ± 0.010")
    rows.first.get_by_role("link", name="width 16").click()
    expect(here.locator(".group-runs [data-number]")).to_have_count(3)

    here.locator("summary", has_text="Export").click()
    here.get_by_role("link", name="LaTeX").click()
    expect(here.locator("h1")).to_contain_text("LaTeX")
    with here.expect_download() as waiting:
        here.get_by_role("link", name="table.tex").click()
    text = Path(waiting.value.path()).read_text()
    assert text.strip() in here.locator("[data-snippet] code").inner_text()
    found = re.findall(r"\$(\S+) \\pm (\S+)\$", text)
    runs = api_of(alice).get("/api/v1/projects/vision/digits/runs/").json()["results"]
    for (mean, spread), width in zip(found[:: len(found) // 2], (16, 8), strict=True):
        ends = [
            run["metrics"]["val_loss"]["min"] for run in runs if run["params"]["width"] == width
        ]
        true_mean = sum(ends) / 3
        assert abs(float(mean) - true_mean) <= 0.005
        assert abs(float(spread) - 0.01) <= 0.0005


def test_groups_work_without_script_and_by_keyboard(page: Callable[..., Page], alice: User) -> None:
    plain = page(alice, java_script_enabled=False)
    plain.goto(f"{SUMMARY}?group=params.width")
    plain.get_by_role("link", name="16", exact=True).click()
    expect(plain.locator("[data-run]")).to_have_count(3)
    here = page(alice, width=390)
    here.goto(f"{SUMMARY}?group=params.width")
    link = here.locator(".group-name a").first
    link.focus()
    here.keyboard.press("Enter")
    expect(here.locator(".group-runs [data-number]")).to_have_count(3)
    assert here.evaluate("document.documentElement.scrollWidth") <= 390
