"""The card of a run: what it says, that it is safe, and that it keeps up with the run."""

import math
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ahnb_client.config import Config
from ahnb_client.linting.finding import Finding
from ahnb_client.notebook.card import html_of, text_of
from ahnb_client.notebook.curves import MAX_POINTS, Curve, Follower
from ahnb_client.notebook.sparkline import sparkline
from ahnb_client.run import Run
from tests.ahnb_client.server import Store

from .kernels import Kernel

Begin = Callable[..., Run]
SLOW_LOOP = """
    import time
    with ahnb_client.run(name="a") as run:
        for step in range(40):
            run.log({"loss": 1 / (step + 1), "val_loss": 2 / (step + 1)})
            time.sleep(0.1)
"""


class Tags(HTMLParser):
    """The tags and texts of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attributes)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def card_of(run: Run, seconds: float | None = None) -> str:
    follower = Follower(run)
    follower.refresh(5)
    return html_of(follower, seconds)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", " ".join(Tags(html).texts))


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Run]:
    run = Run(name="a", config=Config(project="a/b", mode="offline", directory=tmp_path / "spool"))
    yield run
    run.finish()


def test_card_says_last_and_best_of_training_and_validation(begin: Begin) -> None:
    run = begin(name="wide")
    series = run.series(("loss", "val_loss", "val_accuracy"), unit="epoch")
    for epoch, values in enumerate([(0.9, 0.8, 0.5), (0.5, 0.4, 0.9), (0.3, 0.6, 0.7)]):
        series.append(epoch, values, at_step=10 * (epoch + 1))
    shown = words(card_of(run, seconds=75))
    assert "▶ running · wide · team/project · 1 min 15 s" in shown
    assert "loss 0.3 best 0.3 at epoch 2" in shown
    assert "val_loss 0.6 best 0.4 at epoch 1" in shown
    assert "val_accuracy 0.7 best 0.9 at epoch 1" in shown


def test_the_objective_comes_first_and_decides_what_is_best(begin: Begin) -> None:
    run = begin(objective={"metric": "gain", "mode": "max"})
    for loss, gain in ((0.9, 1.0), (0.5, 3.0), (0.7, 2.0)):
        run.log({"loss": loss, "gain": gain})
    shown = words(card_of(run))
    assert shown.index("gain 2 best 3 at step 1") < shown.index("loss 0.7 best 0.5 at step 1")


def test_batch_metrics_are_shown_until_an_epoch_has_ended(begin: Begin) -> None:
    run = begin()
    run.log({"batch/loss": 0.5})
    assert "batch/loss" in words(card_of(run))
    run.series(("loss",), unit="epoch").append(0, (0.4,), at_step=1)
    assert "batch/loss" not in words(card_of(run))


def test_everything_of_a_person_is_shown_as_text(begin: Begin) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    run = begin(name=hostile)
    run.log({hostile: 1.0})
    tags = Tags(card_of(run))
    assert tags.tags <= {"div", "strong", "a", "span", "svg", "polyline", "table", "tr", "th", "td"}
    assert not any(name.startswith("on") for name in tags.attributes)
    assert "".join(tags.texts).count(hostile) == 2


def test_an_offline_run_says_so(offline: Run) -> None:
    assert "a (recorded offline)" in words(card_of(offline))


def test_card_needs_no_colour_script_or_style_sheet(begin: Begin) -> None:
    run = begin()
    run.log({"loss": 1.0})
    html = card_of(run)
    assert {"script", "style", "link"}.isdisjoint(Tags(html).tags)
    assert "color:inherit" in html
    assert "background:#" not in html


def test_values_that_are_not_finite_are_told_and_leave_gaps(begin: Begin) -> None:
    run = begin()
    for value in (1.0, math.nan, 0.5, 0.25, math.inf):
        run.log({"loss": value})
    html = card_of(run)
    assert "loss inf best 0.25 at step 3" in words(html)
    assert html.count("<polyline") == 2


def test_extreme_values_are_drawn_within_the_picture() -> None:
    drawn = sparkline([[(0, 1e308), (1, -1e308), (2, 0.0)], [(1, 5e-324)]])
    places = re.findall(r"([-\d.]+),([-\d.]+)", drawn)
    assert all(0 <= float(x) <= 160 and 0 <= float(y) <= 36 for x, y in places)
    assert sparkline([[(0, math.nan)]]) == ""


def test_a_long_curve_is_bounded_and_exact_at_its_ends() -> None:
    curve = Curve("step")
    for step in range(100_000):
        curve.add(step, abs(step - 70_001) / 10)
    assert len(curve.drawn()) <= MAX_POINTS + 1
    assert curve.least == (70_001, 0.0)
    assert curve.drawn()[-1] == curve.last == (99_999, 2999.8)


def test_a_follower_reads_what_comes_and_goes_on_after_a_resume(begin: Begin) -> None:
    run = begin(name="a")
    follower = Follower(run)
    for step in range(3):
        run.log({"loss": float(step)})
        follower.refresh(5)
    assert follower.curves["loss"].count == 3
    run.finish()
    assert run.wait(10)
    run.resume()
    run.log({"loss": 9.0})
    follower.refresh(5)
    assert (follower.curves["loss"].count, follower.last_step) == (4, 3)
    assert text_of(follower) == "a: running, loss 9"


def test_a_run_shows_its_card_by_itself(begin: Begin) -> None:
    assert "running" in words(begin()._repr_html_())


def test_card_keeps_up_about_once_a_second_and_stays(loaded: Kernel, store: Store) -> None:
    answer = loaded.run(SLOW_LOOP)
    (display,) = answer.displays[:1]
    states = loaded.pages[display]
    assert 3 <= len(states) <= 8
    assert "running" in states[0]
    assert "✓ finished" in states[-1]
    assert "loss 0.025 best 0.025 at step 39" in words(states[-1])
    before = len(states)
    loaded.listen(2)
    assert len(loaded.pages[display]) == before


def test_a_failed_run_says_so_on_its_card(loaded: Kernel) -> None:
    answer = loaded.run('with ahnb_client.run(name="a") as run: 1 / 0')
    assert "✕ failed" in loaded.pages[answer.displays[-1]][-1]


def test_a_run_that_records_nothing_shows_nothing(loaded: Kernel) -> None:
    loaded.run("import os\nos.environ['AHNB_MODE'] = 'disabled'")
    answer: Any = loaded.run('with ahnb_client.run(name="a") as run: run.log({"loss": 1.0})')
    assert (answer.error, answer.displays) == ("", [])


def test_worst_finding_is_told_in_one_line(offline):
    assert "finding" not in words(card_of(offline))
    offline.findings = [
        Finding("LR01", "warn", "a rate of <5>", ""),
        Finding("D01", "error", "the loss is nan", ""),
        Finding("BN01", "info", "a bias too many", ""),
    ]
    assert "2 findings · D01 error: the loss is nan" in words(card_of(offline))
    offline.findings = offline.findings[:1]
    assert "1 finding · LR01 warn: a rate of <5>" in words(card_of(offline))
