import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs import metrics
from runs.models import MetricSummary

from .builders import PROJECT, Story, column

pytestmark = pytest.mark.django_db


def rows_of(story):
    rows = MetricSummary.objects.filter(project_id=PROJECT, run_id=story.run_id).order_by("name")
    return list(rows.values_list("name", "last", "first", "min", "max", "count"))


def test_search_rows_follow_the_state():
    story = Story()
    story.send(column("loss", [3.0, 1.0]), column("odd", [np.nan]))
    assert rows_of(story) == []
    metrics.sync_search_rows(project_id=PROJECT)
    assert rows_of(story) == [("loss", 1.0, 3.0, 1.0, 3.0, 2), ("odd", None, None, None, None, 1)]
    story.send(column("loss", [2.0], steps=[9]))
    metrics.sync_search_rows(project_id=PROJECT)
    assert rows_of(story)[0] == ("loss", 2.0, 3.0, 1.0, 3.0, 3)


def test_values_at_the_edge_of_float64_are_searchable():
    story = Story()
    story.send(column("loss", [5e-324, 1.7976931348623157e308, -0.0]))
    metrics.sync_search_rows(project_id=PROJECT)
    assert rows_of(story) == [("loss", -0.0, 5e-324, 0.0, 1.7976931348623157e308, 3)]


def test_nothing_new_costs_one_look():
    story = Story()
    story.send(column("loss", [1.0]))
    metrics.sync_search_rows(project_id=PROJECT)
    with CaptureQueriesContext(connection) as seen:
        metrics.sync_search_rows(project_id=PROJECT)
    assert len([one for one in seen.captured_queries if "runs_metric" in one["sql"]]) == 1


def test_other_projects_are_left_alone():
    story = Story()
    story.send(column("loss", [1.0]))
    metrics.sync_search_rows(project_id=PROJECT + 1)
    assert rows_of(story) == []


def test_more_runs_than_a_transaction_takes_are_all_brought_up_to_date():
    stories = [Story() for _ in range(203)]
    for story in stories:
        story.send(column("loss", [1.0]))
    metrics.sync_search_rows(project_id=PROJECT)
    assert all(rows_of(story) for story in stories)
