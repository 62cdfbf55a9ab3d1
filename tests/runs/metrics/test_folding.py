import numpy as np
import pytest

from runs import metrics

from .builders import PROJECT, Story, column

pytestmark = pytest.mark.django_db


def epochs(story, count, names):
    rng = np.random.default_rng(3)
    for epoch in range(count):
        story.send(*(column(name, rng.random(1), steps=[epoch], unit="epoch") for name in names))


def test_a_thousand_epochs_of_ten_metrics_end_as_few_rows():
    story = Story()
    epochs(story, 1000, [f"metric{number}" for number in range(10)])
    metrics.sync_search_rows(project_id=PROJECT)
    assert sum(story.rows().values()) <= 40
    story.fold()
    assert sum(story.rows().values()) <= 40
    assert story.read("metric3").total == 1000


def test_random_values_on_regular_axes_cost_at_most_nine_bytes_a_point():
    story = Story()
    rng = np.random.default_rng(4)
    count, batch = 100_000, 10_000
    for start in range(0, count, batch):
        steps = np.arange(start, start + batch)
        values = rng.standard_normal(batch)
        story.send(column("loss", values, steps=steps, times=1_763_870_000 + 0.1 * steps))
    story.fold()
    (size,) = metrics.stored_bytes(project_id=PROJECT, run_ids=[story.run_id]).values()
    assert size / count <= 9


def test_a_long_tail_goes_into_chunks_by_itself():
    story = Story()
    for start in range(0, 200_000, 20_000):
        values = np.random.default_rng(start).standard_normal(20_000)
        story.send(column("loss", values, steps=np.arange(start, start + 20_000)))
    rows = story.rows()
    assert rows["tail"] < 6
    assert rows["chunk"] > 10


def test_full_leaves_are_never_written_again_by_points_behind_them():
    story = Story()
    written = []
    for start in range(0, 50_000, 5_000):
        story.send(column("loss", np.ones(5_000), steps=np.arange(start, start + 5_000)))
        story.fold()
        written.append(story.rows()["chunk"])
    assert written == sorted(written)
    assert written[-1] == 10 + 1


def test_folding_an_empty_run_does_nothing():
    story = Story()
    story.fold()
    assert story.rows()["chunk"] == 0
