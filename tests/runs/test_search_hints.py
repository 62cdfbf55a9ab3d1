"""Names in a search that no run of the project has, and which may have been meant."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs import services
from runs.metrics import sync_search_rows
from runs.search.hints import Hint, hints_of
from tests import cast

from .batches import batch, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(digits, alice):
    run = cast.make_run(digits, alice)
    params = {"optimizer": {"name": "adam", "learning_rate": 0.1}, "width": 64, "a b": 1}
    services.store_batch(run=run, batch=batch(events=[event("params", params)]))
    cast.log_points(run, {"val_loss": [1.0], "val_accuracy": [0.5], "top.5": [0.5]})
    sync_search_rows(project_id=digits.pk)
    return digits


def told(project, q, order=""):
    return [hint.detail for hint in hints_of(project.pk, q, order)]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("metrics.val_los", "metrics.val_loss"),
        ("metrics.Val_Loss", "metrics.val_loss"),
        ("metrics.val_los.min", "metrics.val_loss.min"),
        ('metrics."top5"', 'metrics."top.5"'),
        ("metrics.width", "params.width"),
        ("params.witdh", "params.width"),
        ("params.val_loss", "metrics.val_loss"),
        ("params.learning_rate", "params.optimizer.learning_rate"),
        ("params.opt.learning_rat", "params.optimizer.learning_rate"),
    ],
)
def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(project, name, meant):
    (sentence,) = told(project, f"{name} is missing")
    assert sentence.endswith(f"; did you mean {meant}?")


def test_a_name_unlike_all_others_is_answered_without_one(project):
    assert told(project, "params.zzz = 1") == ["No run has a parameter “zzz”."]
    assert told(project, "metrics.zzz > 1") == ["No run has a metric “zzz”."]


@pytest.mark.parametrize(
    "q", ["", "tag = x", "metrics.val_loss < 1 and params.width in (1)", "name like '%'"]
)
def test_what_runs_have_needs_no_hint(project, q):
    assert told(project, q, "-metrics.val_loss.max") == []


def test_a_hint_says_where_the_name_stands(project):
    q = "tag = a or not (metrics.val_los > 1 and metrics.val_los < 2)"
    assert [(one.parameter, one.position) for one in hints_of(project.pk, q, "-params.witdh")] == [
        ("q", 16),
        ("order", 1),
    ]
    assert q[16:].startswith("metrics.val_los")


def test_names_of_another_project_do_not_count(project, alice):
    other = cast.make_project(project.team, "letters", alice)
    (hint,) = hints_of(other.pk, "metrics.val_loss < 1")
    assert hint == Hint("q", 0, "No run has a metric “val_loss”.")


def test_a_search_of_hundreds_of_unknown_names_costs_three_statements(project):
    q = " or ".join(f"params.x{number}=1" for number in range(700))
    with CaptureQueriesContext(connection) as captured:
        assert len(told(project, q)) == 3
    assert len(captured) == 3
