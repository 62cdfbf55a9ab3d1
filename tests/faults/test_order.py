"""F21, F22: the same batch again and again, also much later; batches in any order."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from ahnb_client.identifiers import uuid7
from tests.contract.trainings import Training
from tests.faults.proxy import Keep, Seen
from tests.faults.scene import Scene

pytestmark = pytest.mark.django_db

EXIT = {"AHNB_EXIT_TIMEOUT": "60"}
NAMES = ("reward", "speed", "reward/2", "speed/2")
THINNED = ("points=100", "points=7&from=1000&to=9000")


def chart_of(scene: Scene, run_id: str, view: str = "points=100000&time=1") -> dict[str, Any]:
    """What is drawn of each metric: every point with its time unless the view is thinned."""
    metrics = "&".join(f"metric={name}" for name in NAMES)
    chart: dict[str, Any] = scene.get(f"runs/{run_id}/series/?{metrics}&{view}")["metrics"]
    return chart


def assert_same_chart(scene: Scene, run_id: str, other_id: str) -> None:
    """Alike to the last bit; where it is thinned, each bucket has the extremes of its points."""
    whole = chart_of(scene, run_id)
    assert whole == chart_of(scene, other_id)
    for view in THINNED:
        for one in (run_id, other_id):
            for name, thinned in chart_of(scene, one, view).items():
                assert_true_buckets(thinned, whole[name])


def assert_true_buckets(thinned: dict[str, Any], whole: dict[str, Any]) -> None:
    """Each bucket reaches to the next one; the steps of these runs have no gaps."""
    starts, first = thinned["x"], whole["x"][0] if whole["x"] else 0
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else starts[0] + thinned["total"]
        values = whole["min"][start - first : end - first]
        assert thinned["min"][number] == min(values)
        assert thinned["max"][number] == max(values)


def kept_back(scene: Scene, points: int) -> Training:
    """A training all of whose batches wait in the proxy, as if they were stored."""
    scene.proxy.rule = lambda seen: Keep() if seen.is_batch else None
    training = scene.loop(points, **EXIT)
    assert training.wait() == 0, training.errors
    assert len(scene.proxy.kept) >= 4
    return training


def another_run(scene: Scene, batches: list[Seen]) -> tuple[str, list[Seen]]:
    """A new run, and the same batches for it."""
    run_id = uuid7()
    head = next(seen for seen in scene.proxy.seen if seen.method == "PUT")
    made, _ = scene.proxy.hand_over(replace(head, path=f"/api/v1/runs/{run_id}/"))
    assert made == 201
    path = f"/api/v1/runs/{run_id}/batches/"
    return run_id, [replace(seen, path=path) for seen in batches]


def test_batches_that_overtake_each_other_draw_the_same_chart(scene: Scene) -> None:
    """F22: any order, the end of the run among the first: Equal, charts alike."""
    training = kept_back(scene, 15_000)
    ordered_id, ordered = another_run(scene, scene.proxy.kept)
    shuffled = random.Random(22).sample(scene.proxy.kept, len(scene.proxy.kept))
    for seen in [scene.proxy.kept[-1], *shuffled]:
        assert scene.proxy.hand_over(seen)[0] == 200
    for seen in ordered:
        assert scene.proxy.hand_over(seen)[0] == 200
    scene.assert_equal(training)
    assert_same_chart(scene, training.run_id("loop"), ordered_id)


def test_batches_of_two_writers_draw_the_same_chart_in_any_order(scene: Scene) -> None:
    """F22: a second writer with metrics of its own; in turns, or the one after the other."""
    kept_back(scene, 9000)
    first = scene.proxy.kept
    second = [renamed(seen) for seen in first]
    in_turns = [seen for pair in zip(first, second, strict=True) for seen in pair]
    turns_id, turns = another_run(scene, in_turns)
    apart_id, apart = another_run(scene, [*second, *first])
    for seen in [*turns, *apart]:
        assert scene.proxy.hand_over(seen)[0] == 200
    assert_same_chart(scene, turns_id, apart_id)


def renamed(seen: Seen) -> Seen:
    """The same batch as a second writer would send it, under other names."""
    body = seen.body
    body["writer"] = "01a21501-cc5d-7f14-9631-ced1287d6e4c"
    body["metrics"] = {f"{name}/2": column for name, column in body["metrics"].items()}
    headers = {k: v for k, v in seen.headers.items() if k != "content-encoding"}
    return replace(seen, raw=json.dumps(body).encode(), headers=headers)


def test_every_request_again_long_after_the_end_changes_nothing(scene: Scene) -> None:
    """F21: after the run has ended and was folded: 200 with the same ack, Equal."""
    training = scene.loop(9000, **EXIT)
    assert training.wait() == 0
    run_id = training.run_id("loop")
    before, chart = scene.run(run_id), chart_of(scene, run_id)
    for seen in random.Random(21).sample(scene.proxy.batches, len(scene.proxy.batches)):
        status, answer = scene.proxy.hand_over(seen)
        assert (status, answer["duplicate"]) == (200, True)
        assert answer["acked"] == len(scene.proxy.batches)
    assert chart_of(scene, run_id) == chart
    assert scene.run(run_id) | {"last_seen_at": ""} == before | {"last_seen_at": ""}
    scene.assert_equal(training)
