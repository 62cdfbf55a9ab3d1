import uuid

import numpy as np
import pytest

from ahnb_platform.errors import Missing
from runs import metrics

from .builders import PROJECT, Story, column

pytestmark = pytest.mark.django_db


def full_run() -> Story:
    story = Story()
    story.send(column("loss", np.arange(30_000.0)))
    story.fold()
    story.send(column("loss", [1.0], steps=[30_000]))
    metrics.sync_search_rows(project_id=PROJECT)
    return story


def test_deleting_a_run_frees_all_its_rows_and_no_others():
    story, other = full_run(), full_run()
    kept = other.rows()
    assert all(story.rows().values())
    metrics.delete(**story.place)
    assert not any(story.rows().values())
    assert other.rows() == kept


def test_a_deleted_run_takes_and_gives_nothing():
    story = full_run()
    metrics.delete(**story.place)
    for call in (metrics.delete, metrics.touch, metrics.fold):
        with pytest.raises(Missing):
            call(**story.place)
    with pytest.raises(Missing):
        story.read("loss")


def test_bytes_are_told_for_each_run():
    large, small = full_run(), Story()
    sizes = metrics.stored_bytes(project_id=PROJECT)
    assert sizes[large.run_id] > sizes[small.run_id] > 0
    assert set(metrics.stored_bytes(project_id=PROJECT, run_ids=[small.run_id])) == {small.run_id}
    assert metrics.stored_bytes(project_id=PROJECT, run_ids=[uuid.uuid4()]) == {}
