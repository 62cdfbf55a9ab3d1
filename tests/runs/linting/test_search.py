"""Runs are found and sorted by what rules found in them, muted findings left out."""

import pytest

from ahnb_platform.accounts.models import User
from projects.models import Project
from projects.queries import project_for_user
from runs import queries
from runs.linting.muting import mute_rule
from runs.models import Run
from runs.search import QueryError
from runs.search.completion import completion
from tests.cast import log_points, make_run

from .test_muting import tell


@pytest.fixture
def project(digits: Project, alice: User) -> Project:
    """Run 1 has two findings, run 2 one, run 3 one that is muted, run 4 none."""
    runs = [make_run(digits, alice) for _ in range(4)]
    tell(runs[0], "LOSS01"), tell(runs[0], "DATA01", "info"), tell(runs[1], "DATA01", "warn")
    tell(runs[2], "LOSS01")
    seen = project_for_user(alice, "vision", "digits")
    log_points(runs[0], {"loss": [0.5]})
    run = Run.objects.get(id=runs[2].id)
    mute_rule(project=seen, rule="LOSS01", by=alice, reason="Meant so.", run=run)
    return seen


QUERIES = [
    ("findings > 0", [1, 2]),
    ("findings >= 1", [1, 2]),
    ("findings != 0", [1, 2]),
    ("findings = 0", [3, 4]),
    ("findings < 1", [3, 4]),
    ("findings > 1", [1]),
    ("findings <= 1", [2, 3, 4]),
    ("findings in (0, 2)", [1, 3, 4]),
    ("findings not in (0)", [1, 2]),
    ("findings is missing", []),
    ("finding = LOSS01", [1]),
    ('finding in ("LOSS01", "DATA01")', [1, 2]),
    ("finding != LOSS01", [2, 3, 4]),
    ('finding like "data%"', [1, 2]),
    ("finding is missing", [3, 4]),
    ("not finding = DATA01", [3, 4]),
    ("findings > 0 and metrics.loss < 1", [1]),
    ("finding = DATA01 or metrics.loss < 1", [1, 2]),
    ('finding = "\' or 1=1"', []),
]


@pytest.mark.parametrize(("q", "numbers"), QUERIES)
def test_findings_are_asked_for(project: Project, q: str, numbers: list[int]) -> None:
    page = queries.search_runs(project=project, q=q)
    assert sorted(run.number for run in page.runs) == numbers
    assert page.total == len(numbers)


def test_runs_are_sorted_by_their_findings(project: Project) -> None:
    page = queries.search_runs(project=project, order="-findings")
    assert [run.number for run in page.runs][:2] == [1, 2]
    page = queries.search_runs(project=project, order="finding")
    assert [run.number for run in page.runs][:2] == [2, 1]


@pytest.mark.parametrize(
    "q", ["findings > 0.5", 'findings like "1"', "finding < 3", "findings = x"]
)
def test_other_comparisons_are_told(project: Project, q: str) -> None:
    with pytest.raises(QueryError):
        queries.search_runs(project=project, q=q)


def test_rules_are_offered(project: Project) -> None:
    text = "finding = "
    offered = [one.text for one in completion(project.pk, text, len(text)).suggestions]
    assert offered == ['"DATA01"', '"LOSS01"']
