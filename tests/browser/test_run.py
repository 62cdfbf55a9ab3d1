"""Stories about the page of a run."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from ..cast import make_run, token_of
from ..live import LiveServer


class Training:
    """A program that posts batches of a run through the API."""

    def __init__(self, site: LiveServer, run: Run, user: User) -> None:
        self.address = f"{site.url}/api/v1/runs/{run.id}/batches/"
        self.headers = {"Authorization": f"Bearer {token_of(user)}"}
        self.writer = str(uuid.uuid4())
        self.seq = 0

    def post(self, epochs: range, **metrics: list[float]) -> None:
        axis = {
            "unit": "epoch",
            "steps": list(epochs),
            "times": [time.time() + epoch for epoch in epochs],
        }
        values = {name: {"axis": 0, "v": column} for name, column in metrics.items()}
        self._send({"axes": [axis], "metrics": values})

    def end(self, status: str) -> None:
        event = {"kind": "status", "at": time.time(), "data": {"status": status}}
        self._send({"events": [event]})

    def _send(self, body: dict[str, Any]) -> None:
        self.seq += 1
        batch = {"writer": self.writer, "seq": self.seq, **body}
        answer = requests.post(self.address, json=batch, headers=self.headers, timeout=10)
        assert answer.json()["acked"] == self.seq


@pytest.fixture
def training(visitor: Any, digits: Project, alice: User) -> tuple[Run, Training]:
    objective = {"metric": "val_loss", "mode": "min"}
    run = make_run(digits, alice, name="live-lynx", objective=objective)
    program = Training(visitor.site, run, alice)
    program.post(range(3), loss=[1.0, 0.8, 0.7], val_loss=[1.1, 0.9, 0.8])
    return run, program


def chart_note(page: Page) -> Any:
    return page.locator("[data-note='0']")


def test_new_points_arrive_while_one_looks(
    page: Callable[..., Page], dana: User, training: tuple[Run, Training]
) -> None:
    run, program = training
    here = page(dana)
    here.goto(run.get_absolute_url())
    expect(chart_note(here)).to_have_text("6 points")
    here.evaluate("scrollTo(0, 60)")
    here.evaluate("document.body.dataset.same = 'page'")

    program.post(range(3, 5), loss=[0.6, 0.5], val_loss=[0.7, 0.65])
    expect(chart_note(here)).to_have_text("10 points")
    expect(here.locator("#vitals")).to_contain_text("0.6500")
    assert here.evaluate("document.body.dataset.same") == "page"
    assert here.evaluate("scrollY") == 60

    program.end("finished")
    expect(here.locator("#vitals")).to_contain_text("Finished after")
    expect(here.locator("[data-live]")).to_have_count(0)
    asked: list[str] = []
    here.on("request", lambda request: asked.append(request.url))
    here.wait_for_timeout(4000)
    assert asked == []


def drag_across(chart: Locator) -> None:
    """From three tenths of its width to the middle."""
    box = chart.bounding_box()
    assert box is not None
    mouse = chart.page.mouse
    mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 110, steps=5)
    mouse.up()


def test_zooming_asks_for_the_stretch_alone(
    page: Callable[..., Page], dana: User, training: tuple[Run, Training]
) -> None:
    run, program = training
    program.post(range(3, 103), loss=[0.5] * 100, val_loss=[0.6] * 100)
    program.end("finished")
    here = page(dana)
    here.goto(run.get_absolute_url())
    expect(chart_note(here)).to_have_text("206 points")
    asked: list[str] = []
    here.on("request", lambda request: asked.append(request.url))
    for _ in range(10):  # the note stands there before the chart can be dragged
        drag_across(here.locator("[data-group='0']"))
        here.wait_for_timeout(1000)
        zoomed = [url for url in asked if re.search(r"/series/.*from=\d+&to=\d+", url)]
        if zoomed:
            break
    assert "metric=loss" in zoomed[0]
    expect(chart_note(here)).not_to_have_text("206 points")
    here.get_by_role("button", name="Whole run").click()
    expect(chart_note(here)).to_have_text("206 points")


def test_a_note_is_added_without_script(
    page: Callable[..., Page], bob: User, training: tuple[Run, Training]
) -> None:
    run, _ = training
    here = page(bob, java_script_enabled=False)
    here.goto(run.get_absolute_url())
    here.get_by_label("Note well").fill("Calmer since the rate was halved.")
    here.get_by_label("at step").fill("2")
    here.get_by_role("button", name="Add the note").click()
    expect(here.locator("#notes")).to_contain_text("Calmer since the rate was halved.")
    expect(here.locator("#notes")).to_contain_text("at step 2")


def test_smoothing_is_moved_by_keyboard(
    page: Callable[..., Page], dana: User, training: tuple[Run, Training]
) -> None:
    run, _ = training
    here = page(dana)
    here.goto(run.get_absolute_url())
    expect(chart_note(here)).to_have_text("6 points")
    here.get_by_label("Smoothing").focus()
    here.keyboard.press("ArrowRight")
    expect(here.locator("#smoothing-value")).to_have_text("0.05")
    here.get_by_label("logarithmic").focus()
    here.keyboard.press("Space")
    expect(here.get_by_label("logarithmic")).to_be_checked()


PLACES = """async ([steps, first]) => {
  const { epochClock } = await import("/static/ahnb/js/timeline.js");
  const batches = { x: [0, 1, 2, 3, 4, 5, 6, 7], t: [0, 1, 2, 3, 5, 6, 906, 907] };
  const epochs = { x: [first, first + 1], t: [4, 908] };
  const clock = epochClock(epochs, batches, steps);
  return batches.x.map((step, at) => clock(step, batches.t[at]));
}"""


@pytest.mark.parametrize("first", [0, 5])
def test_a_pause_does_not_move_batches_within_their_epoch(
    page: Callable[..., Page], dana: User, training: tuple[Run, Training], first: int
) -> None:
    here = page(dana)
    here.goto(training[0].get_absolute_url())
    places = here.evaluate(PLACES, [4, first])
    assert places == [first + (step + 1) / 4 - 1 for step in range(8)]


def test_batches_are_placed_by_time_where_epochs_differ_in_length(
    page: Callable[..., Page], dana: User, training: tuple[Run, Training]
) -> None:
    here = page(dana)
    here.goto(training[0].get_absolute_url())
    by_time = here.evaluate(PLACES, [None, 0])
    assert by_time == here.evaluate(PLACES, [3, 0])
    assert by_time[4] < 0.01 < 0.99 < by_time[6]
