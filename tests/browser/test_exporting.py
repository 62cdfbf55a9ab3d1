"""Every chart can be taken away: as a picture, a drawing, and in numbers."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project

from ..sketches import sketch_run
from .charting import opened

SUMMARY = "/projects/vision/digits/"
CHARTS = {
    "parallel": "Download the parallel coordinates",
    "scatter": "Download the scatterplot",
    "over-time": "Download the curves",
}


@pytest.fixture(autouse=True)
def _runs(digits: Project, alice: User) -> None:
    for number in range(1, 4):
        params = {"width": 2**number, "note": "=1+1" if number == 1 else 'a "b", c'}
        sketch_run(digits, alice, name=f"run-{number}", val_loss=(1, 1 / number), params=params)


def taken(page: Page, chart: str, kind: str) -> Download:
    page.locator(f"summary[aria-label='{CHARTS[chart]}']").click()
    with page.expect_download() as waiting:
        page.locator(f"[data-export-of={chart}]").get_by_role("button", name=kind).click()
    return waiting.value


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


@pytest.mark.parametrize("chart", CHARTS)
def test_pictures_are_whole(page: Callable[..., Page], alice: User, chart: str) -> None:
    here = opened(page(alice), SUMMARY, 3)
    picture = taken(here, chart, "PNG")
    assert picture.suggested_filename.startswith("Digits-")
    assert picture.suggested_filename.endswith(".png")
    data = content(picture)
    assert data.startswith(b"\x89PNG")
    width = int.from_bytes(data[16:20], "big")
    shown = here.locator(f"#{chart}").evaluate("element => element.clientWidth")
    assert width == 2 * shown
    drawing = content(taken(here, chart, "SVG")).decode()
    assert drawing.startswith("<svg")
    assert "<path" in drawing
    assert here.locator(f"section:has(#{chart}) h2").inner_text() in drawing


def test_numbers_are_all_that_is_drawn(page: Callable[..., Page], alice: User) -> None:
    here = opened(page(alice), f"{SUMMARY}?x=params.note&y=metrics.val_loss.min", 3)
    rows = list(csv.reader(io.StringIO(content(taken(here, "scatter", "CSV")).decode())))
    assert rows[0] == ["run", "params.note", "metrics.val_loss.min"]
    assert {tuple(row) for row in rows[1:]} == {
        ("#1 run-1", "'=1+1", "1"),
        ("#2 run-2", 'a "b", c', "0.5"),
        ("#3 run-3", 'a "b", c', "0.3333333333333333"),
    }
    curves = list(csv.reader(io.StringIO(content(taken(here, "over-time", "CSV")).decode())))
    assert len(curves) == 1 + 3 * 2
    assert ["#3 run-3", "1", "0.3333333333333333", "0.3333333333333333"] in curves


def test_charts_of_a_run_can_be_taken_too(
    page: Callable[..., Page], digits: Project, alice: User
) -> None:
    here = page(alice)
    here.goto(f"{SUMMARY}runs/2/")
    expect(here.locator("[data-group] canvas").first).to_be_visible()
    menu = here.locator("[data-export-of='0']")
    menu.locator("summary").click()
    with here.expect_download() as waiting:
        menu.get_by_role("button", name="CSV").click()
    rows = list(csv.reader(io.StringIO(content(waiting.value).decode())))
    assert rows[0] == ["metric", "step, epoch or seconds", "time", "lowest", "highest"]
    assert [row[0::3] for row in rows[1:] if row[0] == "val_loss"] == [
        ["val_loss", "1"],
        ["val_loss", "0.5"],
    ]


def test_after_a_filter_the_same_is_drawn_as_on_a_fresh_page(
    page: Callable[..., Page], alice: User
) -> None:
    here = opened(page(alice), f"{SUMMARY}?x=params.note&y=metrics.val_loss.min", 3)
    here.get_by_label("Filter the runs").fill("metrics.val_loss.min < 0.8")
    with here.expect_response(lambda answer: "/charts/" in answer.url) as short:
        here.keyboard.press("Enter")
    assert short.value.json()["places"] == [0, 1]
    expect(here.locator("[data-note=parallel]")).to_contain_text("2 runs")
    filtered = [content(taken(here, chart, "CSV")) for chart in ("scatter", "parallel")]
    here.reload()
    expect(here.locator("[data-note=parallel]")).to_contain_text("2 runs")
    assert filtered == [content(taken(here, chart, "CSV")) for chart in ("scatter", "parallel")]
