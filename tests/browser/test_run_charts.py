"""Stories about the charts of a run: crosshair, zoom, axes, marks."""

import re
import uuid
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import notes, services
from runs.models import Run

from ..cast import log_points, make_run
from ..sketches import send_events, sketch_run
from .run_charts import FIRST, SECOND, batches, look, note_of, opened


@pytest.fixture
def two_charts(digits: Project, alice: User) -> Run:
    run = sketch_run(digits, alice, name="two-charts", val_loss=[1 / (1 + at) for at in range(50)])
    log_points(run, {"accuracy": [at / 50 for at in range(50)]})
    return run


def test_crosshair_stands_in_all_charts_at_the_same_epoch(
    page: Callable[..., Page], dana: User, two_charts: Run
) -> None:
    here = opened(page(dana), two_charts)
    here.locator(SECOND).scroll_into_view_if_needed()
    box = here.locator(FIRST).bounding_box()
    assert box is not None
    here.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 120)
    tips = here.locator(".crosshair-tip:visible")
    expect(tips).to_have_count(2)
    titles = [tip.locator("strong").inner_text() for tip in tips.all()]
    assert titles[0] == titles[1]
    assert re.fullmatch(r"end of epoch \d+", titles[0])
    expect(here.locator("[data-frame]", has=here.locator(SECOND))).to_contain_text("accuracy")
    look(here, "crosshair")
    here.mouse.move(5, 5)
    expect(tips).to_have_count(0)


def test_crosshair_is_moved_by_keys_and_says_what_it_reads(
    page: Callable[..., Page], dana: User, two_charts: Run
) -> None:
    here = opened(page(dana), two_charts)
    frame = here.locator("[data-frame]").first
    frame.focus()
    here.locator(SECOND).scroll_into_view_if_needed()
    here.keyboard.press("Home")
    here.keyboard.press("ArrowRight")
    expect(here.locator("#chart-says")).to_contain_text("end of epoch 1: ")
    expect(here.locator("#chart-says")).to_contain_text("val_loss 0.5")
    expect(here.locator(".crosshair-tip:visible")).to_have_count(2)
    here.keyboard.press("End")
    expect(here.locator("#chart-says")).to_contain_text("end of epoch 49: ")
    expect(note_of(here)).to_have_text("100 points")
    here.keyboard.press("+")
    expect(note_of(here)).not_to_have_text("100 points")
    expect(frame).to_be_focused()
    here.keyboard.press("Escape")
    expect(note_of(here)).to_have_text("100 points")


def zoomed(page: Page, start: float, end: float) -> None:
    """Drag over a part of the first chart, given in shares of its width."""
    box = page.locator(FIRST).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * start, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, box["y"] + 110, steps=5)
    page.mouse.up()


def test_a_double_click_shows_the_whole_run_again(
    page: Callable[..., Page], dana: User, two_charts: Run
) -> None:
    here = opened(page(dana), two_charts)
    zoomed(here, 0.3, 0.5)
    expect(note_of(here)).not_to_have_text("100 points")
    expect(note_of(here, 1)).not_to_have_text("50 points")
    here.locator(FIRST).dblclick(position={"x": 200, "y": 100})
    expect(note_of(here)).to_have_text("100 points")
    expect(note_of(here, 1)).to_have_text("50 points")
    expect(here.get_by_role("button", name="Whole run")).to_be_hidden()


def test_zoomed_peaks_are_exact_whatever_it_is_drawn_over(
    page: Callable[..., Page], digits: Project, dana: User, alice: User
) -> None:
    run = make_run(digits, alice, name="long")
    values = np.zeros(20_000)
    values[12_345] = 77.0
    batches(run, {"batch/loss": values.tolist()})
    send_events(run, ("status", {"status": "finished"}))
    here = opened(page(dana), run, "?x=relative")
    expect(note_of(here)).to_contain_text("of 20,000 points, extremes exact")
    zoomed(here, 0.55, 0.6)
    expect(note_of(here)).not_to_contain_text("20,000")
    table = here.locator("[data-table-of='0']")
    table.locator("summary").click()
    expect(table).to_contain_text("77")
    look(here, "zoomed-relative")


@pytest.mark.parametrize("x", ["step", "epoch", "relative", "wall"])
def test_everything_can_be_drawn_over(
    page: Callable[..., Page], digits: Project, alice: User, dana: User, x: str
) -> None:
    run = sketch_run(digits, alice, val_loss=(1, 0.5), params={"fit": {"steps": 4}})
    batches(run, {"batch/loss": [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]})
    log_points(run, {"system/cpu_percent": [10, 20, 30]}, unit="time")
    here = opened(page(dana), run)
    here.get_by_label("Over", exact=True).select_option(x)
    expect(note_of(here)).to_have_text("12 points")
    assert f"x={x}" in here.url
    drawn = re.compile(f"over {'time' if x == 'wall' else x}:")
    expect(here.locator(FIRST)).to_have_attribute("aria-label", drawn)
    frame = here.locator("[data-frame]").first
    frame.focus()
    here.keyboard.press("Home")
    words = {"step": "step 0", "epoch": "epoch", "relative": "after the start", "wall": ":"}
    expect(here.locator("#chart-says")).to_contain_text(words[x])
    here.reload()
    expect(here.get_by_label("Over", exact=True)).to_have_value(x)


def test_a_note_on_a_batch_stands_within_its_epoch(
    page: Callable[..., Page], digits: Project, alice: User, dana: User
) -> None:
    run = make_run(digits, alice)
    send_events(run, ("params", {"fit": {"steps": 100}}), ("status", {"status": "finished"}))
    batches(run, {"batch/loss": [1 - step / 400 for step in range(200)]})
    ends = [run.started_at.timestamp() + 10 * epoch for epoch in (1, 2)]
    axis = {"unit": "epoch", "steps": [0, 1], "times": ends}
    columns = {"loss": {"axis": 0, "v": [0.9, 0.6]}}
    batch = {"writer": str(uuid.uuid4()), "seq": 1, "axes": [axis], "metrics": columns}
    services.store_batch(run=run, batch=batch)
    notes.add_note(run=run, by=alice, text="Three quarters of the way.", step=149)
    here = opened(page(dana), run, "?x=epoch")
    mark = here.get_by_role("toolbar", name="Marks of loss").get_by_role("button")
    expect(mark).to_have_count(1)
    box, chart = mark.bounding_box(), here.locator(FIRST).bounding_box()
    assert box is not None
    assert chart is not None
    assert 0.6 < (box["x"] + box["width"] / 2 - chart["x"]) / chart["width"] < 0.85


def test_marks_name_themselves_when_focused(
    page: Callable[..., Page], two_charts: Run, alice: User, dana: User
) -> None:
    notes.add_note(run=two_charts, by=alice, text="The spike: <b>bad</b> batch.", step=20)
    send_events(two_charts, ("finding", {"text": "val_loss rises.", "step": 40}))
    here = opened(page(dana), two_charts)
    bar = here.get_by_role("toolbar", name="Marks of loss")
    first = bar.get_by_role("button").first
    expect(first).to_have_accessible_name("Note at step 20. The spike: <b>bad</b> batch.")
    first.focus()
    tip = here.locator(".mark-tip:visible")
    expect(tip).to_have_text("Note at step 20The spike: <b>bad</b> batch.")
    here.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("Finding at step 40")
    look(here, "marks")
    here.keyboard.press("Escape")
    expect(tip).to_have_count(0)


def test_a_finding_is_marked_on_the_charts_of_its_metric_alone(
    page: Callable[..., Page], two_charts: Run, dana: User
) -> None:
    about_accuracy = {"id": "A", "text": "It falls.", "where": {"metric": "accuracy", "epoch": 9}}
    send_events(two_charts, ("finding", about_accuracy), ("finding", {"text": "Odd.", "step": 40}))
    here = opened(page(dana), two_charts)
    here.locator(SECOND).scroll_into_view_if_needed()
    for title, words in (("accuracy", "epoch 9. It falls."), ("loss", "step 40. Odd.")):
        marks = here.get_by_role("toolbar", name=f"Marks of {title}").get_by_role("button")
        expect(marks).to_have_count(1)
        expect(marks).to_have_accessible_name(f"Finding at {words}")


def test_what_is_not_finite_is_marked_and_named(
    page: Callable[..., Page], digits: Project, alice: User, dana: User
) -> None:
    nan, inf = float("nan"), float("inf")
    run = sketch_run(digits, alice, val_loss=[0.9, nan, 0.7, 0.6, 0.5, inf, 0.4])
    here = opened(page(dana), run)
    expect(note_of(here)).to_contain_text("4 not finite")
    mark = here.get_by_role("toolbar", name="Marks of loss").get_by_role("button").first
    mark.hover()
    tip = here.locator(".mark-tip:visible")
    expect(tip).to_contain_text("val_loss is NaN: end of epoch 1")
    expect(tip).to_contain_text("2 points that are not finite")


def test_what_stays_not_finite_is_one_mark(
    page: Callable[..., Page], digits: Project, alice: User, dana: User
) -> None:
    run = make_run(digits, alice)
    nan = float("nan")
    log_points(run, {"loss": [0.9, nan, 0.7, *[nan] * 30]})
    here = opened(page(dana), run)
    marks = here.get_by_role("toolbar", name="Marks of loss").get_by_role("button")
    expect(marks).to_have_count(2)
    expect(marks.last).to_have_accessible_name(
        "loss is NaN. 30 points from end of epoch 3 to end of epoch 32"
    )
