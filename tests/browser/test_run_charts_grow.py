"""Stories about the charts of a run that has many, goes on, or holds odd values."""

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import notes, services
from runs.models import Run

from ..cast import log_points, make_run
from ..sketches import send_events, sketch_run
from .run_charts import batches, look, note_of, opened
from .waiting import wait_until_quiet


def bring_near(page: Page, frame: Locator) -> None:
    """Scroll to a chart, and wait until the browser has told so: charts begin when they are near.

    That is told as a picture is made, which the drawing of other charts may put off for long.
    """
    frame.scroll_into_view_if_needed()
    page.evaluate("new Promise((told) => requestAnimationFrame(() => setTimeout(told)))")


@pytest.fixture
def five_hundred(digits: Project, alice: User) -> Run:
    run = sketch_run(digits, alice, val_loss=(1, 0.5, 0.4))
    for part in range(5):
        names = [f"part-{part}/layer-{at:03}" for at in range(100)]
        log_points(run, {name: [1.0, 0.5, 0.1 * part] for name in names})
    return run


def test_five_hundred_metrics_stay_usable(
    page: Callable[..., Page], five_hundred: Run, dana: User
) -> None:
    here = page(dana)
    asked: list[str] = []
    here.on("request", lambda request: asked.append(request.url))
    opened(here, five_hundred)
    assert sum("/series/" in url for url in asked) <= 3
    assert here.locator("[data-section]").count() == 6
    look(here, "five-hundred")
    here.locator("summary", has_text="part-2").click()
    here.reload()
    expect(here.locator("[data-section='part-2']")).to_have_attribute("open", "")
    expect(here.locator("[data-section='part-3']")).not_to_have_attribute("open", "")
    for _ in range(40):
        here.mouse.wheel(0, 700)
        here.wait_for_timeout(30)
    wait_until_quiet(here)
    assert here.locator("[data-group] canvas").count() <= 60
    find = here.get_by_label("Find")
    find.fill("layer-077")
    expect(here.locator("#find-note")).to_have_text("5 of 501 charts")
    expect(here.locator("[data-card]:visible")).to_have_count(5)
    expect(here.locator("[data-card]:visible canvas").first).to_be_visible()
    find.fill("")
    expect(here.locator("[data-section='part-3']")).not_to_have_attribute("open", "")


def test_charts_that_begin_move_nothing(
    page: Callable[..., Page], digits: Project, alice: User, dana: User
) -> None:
    run = make_run(digits, alice)
    log_points(run, {f"metric-{at:02}": [1.0, 0.5] for at in range(30)})
    here = opened(page(dana), run)
    card = "[data-card]:not(.wide)"
    begun = here.locator(f"{card}:has(canvas)").first
    waiting = here.locator(f"{card}:not(:has(canvas))").last
    heights = [one.evaluate("(card) => card.offsetHeight") for one in (begun, waiting)]
    assert heights[0] == heights[1]


def test_other_attempts_are_paler_branches(
    page: Callable[..., Page], digits: Project, alice: User, dana: User
) -> None:
    run = make_run(digits, alice, name="resumed")
    batches(run, {"batch/loss": [1 - at / 200 for at in range(100)]})
    send_events(run, ("attempt", {"attempt": 1, "from_step": 60}))
    batches(run, {"batch/loss": [0.5] * 80}, attempt=1, start=60)
    here = page(dana)
    opened(here, run)
    choice = here.get_by_label("Attempt")
    expect(choice.locator("option")).to_have_text(["1, the newest, from step 60", "0"])
    expect(note_of(here)).to_have_text("140 points")
    look(here, "attempts")
    choice.select_option("0")
    expect(note_of(here)).to_have_text("100 points")


HIDE = """
let away = false;
Object.defineProperty(document, "hidden", { get: () => away });
addEventListener("test:look", ({ detail }) => {
  away = !detail;
  document.dispatchEvent(new Event("visibilitychange"));
});
"""


def looks(page: Page, here: bool) -> None:
    page.evaluate(f"dispatchEvent(new CustomEvent('test:look', {{detail: {str(here).lower()}}}))")


def test_a_hidden_tab_asks_nothing_and_goes_on_when_shown(
    page: Callable[..., Page], digits: Project, alice: User, dana: User
) -> None:
    run = sketch_run(digits, alice, status="running")
    here = page(dana)
    here.add_init_script(HIDE)
    opened(here, run)
    looks(here, False)
    asked: list[str] = []
    here.on("request", lambda request: asked.append(request.url))
    log_points(run, {"accuracy": [0.5, 0.6]})
    here.wait_for_timeout(4000)
    assert asked == []
    looks(here, True)
    expect(here.locator("h3", has_text="accuracy")).to_be_visible(timeout=2500)


def epochs(run: Run, numbers: range, **metrics: Any) -> None:
    now = time.time()
    axis = {
        "unit": "epoch",
        "steps": list(numbers),
        "times": [now + at / 100 for at in range(len(numbers))],
    }
    columns = {name: {"axis": 0, "v": values} for name, values in metrics.items()}
    batch = {"writer": str(uuid.uuid4()), "seq": 1, "axes": [axis], "metrics": columns}
    services.store_batch(run=run, batch=batch)


def test_a_run_is_followed_from_its_first_point_to_its_end(
    page: Callable[..., Page], digits: Project, alice: User, dana: User
) -> None:
    run = make_run(digits, alice, name="live")
    here = page(dana)
    here.goto(run.get_absolute_url())
    expect(here.locator("#no-charts")).to_be_visible()
    epochs(run, range(40), loss=[1 / (1 + at) for at in range(40)])
    note = here.locator("[data-card]", has=here.get_by_role("heading", name="loss")).locator(
        "[data-note]"
    )
    expect(note).to_have_text("40 points")
    expect(here.locator("[data-frame]")).to_have_attribute("tabindex", "0")

    epochs(run, range(40), val_loss=[1.1 / (1 + at) for at in range(40)], accuracy=[0.5] * 40)
    expect(note).to_have_text("80 points")
    expect(here.locator("[data-card]")).to_have_count(2)
    here.locator("[data-frame]").last.focus()
    for _ in range(2):
        here.keyboard.press("+")
    expect(here.get_by_role("button", name="Whole run")).to_be_visible()
    expect(note).not_to_have_text("80 points")
    shown = note.inner_text()

    epochs(run, range(40, 50), loss=[0.5] * 10, val_loss=[0.6] * 10, accuracy=[0.9] * 10)
    expect(here.locator("#vitals")).to_contain_text("0.9000")
    wait_until_quiet(here)
    assert note.inner_text() == shown
    expect(here.locator("[data-frame]").last).to_be_focused()
    here.keyboard.press("Escape")
    expect(note).to_have_text("100 points")
    send_events(run, ("status", {"status": "finished"}))
    expect(here.locator("[data-live]")).to_have_count(0)


ODD: dict[str, Sequence[float]] = {
    "one": [0.5],
    "constant": [0.25] * 30,
    "huge": [10.0 ** (300 + at % 8) for at in range(30)],
    "tiny": [10.0 ** -(300 + at % 8) for at in range(30)],
    "both-signs": [(-1) ** at * 1e308 for at in range(30)],
    "nan-only": [float("nan")] * 5,
    "mixed-nan": [float("nan") if at % 7 == 0 else at / 30 for at in range(30)],
    "zero": [0.0] * 30,
    "noise": np.random.default_rng(1).normal(size=400).tolist(),
}


@pytest.fixture
def odd_run(digits: Project, alice: User) -> Run:
    run = make_run(digits, alice, name="odd")
    for name, values in ODD.items():
        log_points(run, {name: values})
    batches(run, {"batch/noise": np.random.default_rng(2).normal(size=9000).tolist()})
    log_points(run, {"system/cpu_percent": [10, 20, 30], "system/memory_bytes": [1e9] * 3}, "time")
    notes.add_note(run=run, by=alice, text="halved the rate", step=4)
    return run


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize("query", ["", "?smooth=0.8&log=1", "?x=relative"])
def test_odd_values_are_drawn(
    page: Callable[..., Page], odd_run: Run, dana: User, width: int, theme: str, query: str
) -> None:
    here = opened(page(dana, width=width, color_scheme=theme), odd_run, query)
    here.locator("summary", has_text="System").click()
    expect(here.locator(".chart-section.card")).to_have_attribute("open", "")
    for frame in here.locator("[data-frame]").all():
        bring_near(here, frame)
        expect(frame).to_have_attribute("tabindex", "0", timeout=15_000)
    wait_until_quiet(here)
    assert here.evaluate("document.documentElement.scrollWidth") <= width
    look(here, f"odd-{width}-{theme}-{query.strip('?').replace('&', '-')}")
