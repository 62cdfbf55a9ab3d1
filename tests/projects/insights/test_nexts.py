"""What next, from runs in the database, beside a plain model of what was tried."""

import random
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.metrics import sync_search_rows
from runs.pages import samples
from runs.pages.insights import insights_of
from runs.pages.nexts import tried_cells
from runs.pages.overview import Objective
from runs.pages.steps import dimension
from runs.services import archive_run
from tests.sketches import sketch_run

OBJECTIVE = Objective("val_loss", "min")
WIDTHS, RATES = (16, 64, 256), (0.0001, 0.001, 0.01)
Sketch = Callable[..., Any]


@pytest.fixture
def sketch(digits: Project, alice: User) -> Sketch:
    def run(loss: float, **params: Any) -> Any:
        fields = {key: params.pop(key) for key in ("status",) if key in params}
        return sketch_run(digits, alice, val_loss=(loss,), params=params, **fields)

    return run


def insights(project: Project, q: str = "") -> dict[str, Any]:
    sync_search_rows(project_id=project.pk)
    return insights_of(project, q, OBJECTIVE, with_diverged=True, listed=99)


def lines(project: Project) -> list[str]:
    return [proposal.line for proposal in insights(project)["nexts"].proposals]


def test_proposals_are_the_neighbours_that_no_run_has(digits: Project, sketch: Sketch) -> None:
    tried = [pair for pair in product(WIDTHS, RATES) if pair not in {(16, 0.001), (256, 0.01)}]
    for width, rate in tried:
        # The middle of the grid is best.
        far = abs(WIDTHS.index(width) - 1) + abs(RATES.index(rate) - 1)
        sketch(0.1 + far, width=width, rate=rate)
    neighbours = {
        (width, rate) for width, rate in product(WIDTHS, RATES) if (width, rate) != (64, 0.001)
    }
    written = {(16, 0.001): "width=16", (256, 0.01): "rate=0.01, width=256"}
    assert set(lines(digits)) == {written[pair] for pair in neighbours - set(tried)}


@pytest.mark.parametrize("seed", range(3))
def test_what_was_tried_is_what_a_plain_look_finds(
    digits: Project, sketch: Sketch, seed: int
) -> None:
    chance = random.Random(seed)
    choices = {"width": [16, 32, 64, 128], "name": ["a", "b", "c"], "rate": [0.1, 0.2, 0.3]}
    runs = [{key: chance.choice(values) for key, values in choices.items()} for _ in range(15)]
    for number, params in enumerate(runs):
        sketch(number + 1, **params)
    around = [dimension(key, runs[0][key], [one[key] for one in runs]) for key in choices]
    dimensions = [one for one in around if one is not None]
    expected = set()
    for one in runs:
        places = []
        for along in dimensions:
            cells = [along.own.value, *(step.cell.value for step in along.steps)]
            places.append(cells.index(one[along.name]) if one[along.name] in cells else None)
        if None not in places:
            expected.add(tuple(places))
    assert tried_cells(digits, dimensions) == expected


def test_archived_runs_were_tried_too(digits: Project, alice: User, sketch: Sketch) -> None:
    for width in WIDTHS:
        sketch(abs(width - 64) + 1.0, width=width, rate=0.001)
    sketch(9, width=64, rate=0.01)
    before = lines(digits)
    assert "rate=0.01, width=256" in before
    archive_run(run=sketch(9, rate=0.01, width=256), by=alice)
    assert "rate=0.01, width=256" not in lines(digits)


def test_the_best_at_the_edge_is_told_and_the_step_beyond_proposed(
    digits: Project, sketch: Sketch
) -> None:
    for width in (16, 32, 64):
        sketch(1 / width, width=width)
    found = insights(digits)["nexts"]
    assert found.edges == ("the largest width",)
    assert found.proposals[0].line == "width=128"
    assert found.proposals[0].why == "width 128 lies beyond the largest tried"


def test_at_most_six_are_proposed(digits: Project, sketch: Sketch) -> None:
    for number in range(8):
        sketch(number, a=number % 3, b=number // 3, c=number % 2, d=number)
    assert 0 < len(lines(digits)) <= 6


def test_without_a_result_or_a_difference_there_is_nothing_to_propose(
    digits: Project, sketch: Sketch
) -> None:
    sketch(float("nan"), width=3)
    assert insights(digits)["nexts"] is None
    sketch(0.5, width=3)
    assert insights(digits)["nexts"].basis == ()


def test_repeats_with_other_seeds_are_apart_from_the_same_experiment(
    digits: Project, sketch: Sketch
) -> None:
    for loss, seed in ((0.4, 1), (0.5, 2), (0.6, 3), (0.9, 3)):
        sketch(loss, width=8, seed=seed)
    sketch(0.7, width=16, seed=1)
    repeats = insights(digits)["repeats"]
    (seeds,), (same,) = repeats.seeds, repeats.same
    assert [run.number for run in seeds.runs] == [1, 2, 3, 4]
    assert seeds.mean == pytest.approx(0.6)
    assert seeds.spread == pytest.approx(0.2160, abs=1e-4)
    assert [run.number for run in same.runs] == [3, 4]


def test_repeats_of_unknown_seeds_are_no_proof_of_the_same(digits: Project, sketch: Sketch) -> None:
    for loss in (0.4, 0.5):
        sketch(loss, width=8)
    repeats = insights(digits)["repeats"]
    assert repeats.same == ()
    assert not repeats.seeds[0].have_seeds


def test_runs_that_say_nothing_are_counted_by_reason(digits: Project, sketch: Sketch) -> None:
    for number in range(9):
        sketch(number + 1, width=number)
    sketch(float("nan"), width=50)
    sketch(1, width=51, status="running")
    sketch(1, width=52, status="failed")
    found = insights(digits)
    assert dict(found["sample"].left_out) == {"not ended": 1, "failed": 1}
    assert found["sample"].diverged == 1
    assert found["importance"].units == 10
    without = insights_of(digits, "", OBJECTIVE, with_diverged=False, listed=99)
    assert without["importance"].units == 9


def test_runs_that_differ_in_their_seeds_count_once(digits: Project, sketch: Sketch) -> None:
    for width in (8, 16):
        for seed in range(3):
            sketch(width + seed, width=width, seed=seed)
    assert insights(digits)["importance"].units == 2


def test_only_the_runs_of_the_filter_are_looked_at(digits: Project, sketch: Sketch) -> None:
    for width in (8, 16, 32):
        sketch(width, width=width)
    found = insights(digits, "params.width > 8")
    assert found["sample"].total == 2
    assert found["nexts"].best.leaves["width"] == 16


def test_of_more_runs_than_are_looked_at_the_best_is_found_still(
    digits: Project, sketch: Sketch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "MOST_RUNS", 3)
    for loss in (0.1, 0.5, 0.4, 0.3):
        sketch(loss, width=round(1 / loss))
    for q, number in (("", 1), ("number > 1", 4)):
        found = insights(digits, q)
        assert len(found["sample"].runs) == 3
        assert found["sample"].is_cut == (not q)
        assert found["nexts"].best.number == number
