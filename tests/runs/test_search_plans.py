"""Among 100,000 runs every search walks an index; no large table is read from end to end."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from runs import queries
from runs.seeding import seed_runs

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

RUNS = 100_000
# The filters keep half of the runs, a hundredth and a ten-thousandth; those of metrics, some.
FILTERS = (
    "",
    "params.chance < 0.5",
    "params.chance < 0.01",
    "params.chance < 0.0001",
    "metrics.val_loss < 0.3 and params.width >= 64",
    "params.nowhere is missing",
    "params.chance is missing",
    "metrics.val_loss is not missing",
    "params.chance < 0.01 or metrics.val_loss < 0.1",
    "params.width not in [64, 128]",
    "not params.chance < 0.5",
    "not (params.chance < 0.5 or metrics.val_loss < 0.3)",
    "metrics.val_loss < 0.1 or metrics.loss < 0.1 or params.nowhere is missing",
)
ORDERS = (
    "metrics.val_loss",
    "-metrics.val_accuracy.max",
    "metrics.loss.min",
    "params.optimizer.learning_rate",
    "-started",
)
LARGE = {"runs_run", "runs_runparam", "runs_metricsummary", "runs_metricstate"}
# How many runs a project has looks at each of them, in whatever order.
COUNTS_ALL = "SELECT (SELECT count(*)"


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes_of(part)


def plan_of(statement: str) -> list[dict[str, Any]]:
    """The nodes of the plan of a statement whose values are filled in."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement.replace("%", "%%"), [])
        found = cursor.fetchone()[0]
    document = json.loads(found) if isinstance(found, str) else found
    return list(nodes_of(document[0]["Plan"]))


def statements_of(project: Project, q: str, order: str) -> list[str]:
    """What the first and the second page ask of the database."""
    with CaptureQueriesContext(connection) as captured:
        page = queries.search_runs(project=project, q=q, order=order)
        if page.next_cursor:
            queries.search_runs(project=project, q=q, order=order, cursor=page.next_cursor)
    statements = [one["sql"].strip() for one in captured.captured_queries]
    return [
        text for text in statements if text.startswith("SELECT") and not text.startswith(COUNTS_ALL)
    ]


@pytest.fixture
def crowded(digits: Project) -> Project:
    seed_runs(project=digits, count=RUNS)
    return digits


def test_searches_use_indexes(crowded: Project) -> None:
    faults = []
    for q in FILTERS:
        for order in ORDERS:
            for statement in statements_of(crowded, q, order):
                nodes = plan_of(statement)
                read = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
                if read & LARGE or not any("Index" in node["Node Type"] for node in nodes):
                    faults.append(f"{q!r} by {order}: {sorted(read)} {statement[:300]}")
    assert not faults, "\n".join(faults)
