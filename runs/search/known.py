"""Names and values that a project's runs have, by looks of bounded size."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from ahnb_platform.accounts.models import User

from ..distinct import distinct_values
from ..metrics.models import MetricSummary
from ..models import Finding, Run, RunParam

# How many of the newest runs say what is in use, and how many values of a parameter are looked at.
NEWEST_FOR_NAMES, NEWEST_FOR_VALUES, MOST_VALUES = 100, 1_000, 100
HOPS = """
WITH RECURSIVE hop(value, number) AS (
    (SELECT text, number FROM runs_runparam WHERE project_id = %(project)s AND key = %(key)s
     ORDER BY text LIMIT 1)
    UNION ALL
    (SELECT next.text, next.number FROM hop CROSS JOIN LATERAL (
        SELECT text, number FROM runs_runparam
        WHERE project_id = %(project)s AND key = %(key)s AND text > hop.value
        ORDER BY text LIMIT 1) AS next)
)
SELECT value, number IS NOT NULL FROM hop LIMIT %(most)s
"""


def metric_names(project_id: int) -> list[str]:
    """Names of metrics, those that most of the newest runs have first."""
    used = MetricSummary.objects.filter(project_id=project_id, run_id__in=_newest(project_id))
    return _ranked(
        distinct_values(MetricSummary, project_id, "name"), used.values_list("name", flat=True)
    )


def param_names(project_id: int) -> list[str]:
    """Dotted paths of parameters, those that most of the newest runs have first."""
    used = RunParam.objects.filter(project_id=project_id, run_id__in=_newest(project_id))
    return _ranked(distinct_values(RunParam, project_id, "key"), used.values_list("key", flat=True))


def param_values(project_id: int, key: str) -> list[tuple[str, bool]]:
    """The first values of a parameter as texts, and whether each is a number."""
    with connection.cursor() as cursor:
        cursor.execute(HOPS, {"project": project_id, "key": key, "most": MOST_VALUES})
        return [(value, is_number) for value, is_number in cursor.fetchall()]


def plain_values(project_id: int, column: str) -> list[str]:
    """What stands in a text column of the newest runs, the most frequent first."""
    found = Counter(_newest(project_id, NEWEST_FOR_VALUES).values_list(column, flat=True))
    return [value for value, _ in found.most_common() if value]


def tags(project_id: int) -> list[str]:
    """The tags of the newest runs, the most frequent first."""
    lists = _newest(project_id, NEWEST_FOR_VALUES).values_list("tags", flat=True)
    return [tag for tag, _ in Counter(tag for tags in lists for tag in tags).most_common()]


def rules(project_id: int) -> list[str]:
    """The rules that found something in the project."""
    return distinct_values(Finding, project_id, "rule")


def people(project_id: int) -> list[str]:
    """The addresses of those who made the newest runs."""
    makers = _newest(project_id, NEWEST_FOR_VALUES).values_list("user_id", flat=True)
    ids = {user_id for user_id in makers if user_id is not None}
    return list(User.objects.filter(pk__in=ids).order_by("email").values_list("email", flat=True))


def _newest(project_id: int, limit: int = NEWEST_FOR_NAMES) -> QuerySet[Run, Any]:
    runs = Run.objects.filter(project_id=project_id, trashed_at=None, archived_at=None)
    return runs.order_by("-started_at", "-id").values("id")[:limit]


def _ranked(names: list[str], used: Iterable[str]) -> list[str]:
    counts = Counter(used)
    return sorted(names, key=lambda name: (-counts[name], name))
