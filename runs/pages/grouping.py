"""Runs put together by what they share, over all that match: mean, spread, count, best."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from projects.models import Project

from ..identity import is_seed
from ..models import Run
from ..params import flattened, text_of
from ..search.fields import PARTS
from ..search.labels import PLAIN, labelled
from ..search.printing import quoted
from .columns import Column, parse
from .overview import rows_of
from .telling import importance, tells

ROWS = 50
# Configurations in one query, which may not be longer than the language allows.
AT_ONCE = 500
# Beyond it a sum of squares may not be finite; such values are counted, but not averaged.
LARGEST = 1e150
MOST_WORDS = 4


class Measure(NamedTuple):
    """A metric over the runs of a group.

    `n` runs have a finite value; `spread` is the standard deviation (n - 1), None of one run.
    """

    n: int
    mean: float | None
    spread: float | None
    low: float | None
    high: float | None


@dataclass
class Group:
    """Runs that share a value; `label` is None where they have none.

    `condition` is these runs in the query language, `words` what people call them.
    """

    label: str | None
    runs: int
    measures: list[Measure]
    condition: str
    words: str
    best: Run | None = None


@dataclass(frozen=True)
class Grouped:
    """One page of groups, and how many there are in all."""

    groups: list[Group]
    total: int
    columns: list[Column] = field(default_factory=list)


def is_key(key: str) -> bool:
    """Whether runs can be grouped by it."""
    column = parse(key)
    return key in PLAIN or bool(column and column.kind == "params")


def grouped(
    project: Project,
    *,
    q: str,
    key: str,
    columns: Sequence[Column],
    order: str = "",
    offset: int = 0,
    limit: int = ROWS,
) -> Grouped:
    """The groups of all runs that match `q`, in three statements.

    Args:
        columns: the metrics that are summed up; the first one finds each group's best run.
        order: the key of one of `columns` (by its mean), `best` (the best run's value), `runs` or
            `label`; with `-` from large to small. The best mean comes first where it is empty.

    Raises:
        runs.search.QueryError: `q` or `key` cannot be understood.
    """
    metrics = [column for column in columns if column.kind == "metrics"]
    labels = labelled(project.pk, q, key)
    page = f"ORDER BY {_order(order, metrics)} LIMIT {int(limit)} OFFSET {int(offset)}"
    rows = _summed(project, labels, metrics, page)
    groups = [_group(key, row) for row in rows]
    if groups and (metrics or key == "configuration"):
        found = _first_runs(project, labels, groups, metrics)
        _tell_best(groups, found, metrics)
        if key == "configuration":
            _tell_apart(groups, found)
    return Grouped(groups, rows[0][-1] if rows else 0, metrics)


def spreads_of(
    project: Project, configurations: Collection[str], columns: Sequence[Column]
) -> dict[tuple[str, str], float]:
    """What repeats of a configuration differ by: by the configuration and the metric's key.

    Only runs that a search finds count, and only spreads that two of them or more have.
    """
    metrics = [one for one in columns if one.kind == "metrics" and one.part != "count"]
    known = sorted(filter(None, configurations))
    spreads = {}
    for start in range(0, len(known), AT_ONCE) if metrics else ():
        named = ", ".join(f'"{one}"' for one in known[start : start + AT_ONCE])
        q = f"configuration in ({named})"
        labels = labelled(project.pk, q, "configuration")
        for label, _, *values, _ in _summed(project, labels, metrics):
            for column, spread in zip(metrics, values[2::5], strict=True):
                if spread:
                    spreads[label, column.key] = spread
    return spreads


def _summed(
    project: Project, labels: tuple[str, list[Any]], metrics: Sequence[Column], page: str = ""
) -> list[tuple[Any, ...]]:
    """Of each label: itself, its runs, five numbers a metric, and how many labels there are."""
    statement, parameters = labels
    asked, joins, names = _measured(project, metrics)
    return rows_of(
        f"""
        WITH labelled AS MATERIALIZED ({statement})
        SELECT l.label, count(*) {asked}, count(*) OVER ()
        FROM labelled l {joins}
        GROUP BY l.label {page}
        """,  # noqa: S608 - built of constants; what people wrote are parameters
        [*parameters, *names],
    )


def condition_of(key: str, label: str | None) -> str:
    """The runs of a group, in the query language."""
    if label is None and key not in PLAIN:
        return f'({key} is missing or {key} = "null")'
    if label is None:
        return f"{key} is missing"
    if key == "version":
        return f"version = {label}"
    return f"{key} = {quoted(label)}"


def _measured(project: Project, metrics: Sequence[Column]) -> tuple[str, str, list[Any]]:
    """What is asked of each metric, the joins that bring it, and their parameters."""
    asked, joins, names = "", "", []
    for place, column in enumerate(metrics):
        value, mean = _value(place, column), _mean(place, column)
        asked += f", count({value}), {mean}, {mean.replace('avg', 'stddev_samp')}"
        asked += f", min({value}), max({value})"
        joins += (
            f" LEFT JOIN runs_metricsummary m{place} ON m{place}.project_id = %s"
            f" AND m{place}.run_id = l.run_id AND m{place}.name = %s"
        )
        names += [project.pk, column.name]
    return asked, joins, names


def _value(place: int, column: Column) -> str:
    """A column of the narrow rows; its name is one of ours, never a person's."""
    return f"m{place}.{column.part if column.part in PARTS else 'last'}"


def _mean(place: int, column: Column) -> str:
    value = _value(place, column)
    return f"avg(CASE WHEN abs({value}) < {LARGEST} THEN {value} END)"


def _order(order: str, metrics: Sequence[Column]) -> str:
    """Groups without the value come last, equal ones in the order of their labels."""
    key, way = order.removeprefix("-"), "DESC" if order.startswith("-") else "ASC"
    if key == "best" and metrics:
        end = "min" if metrics[0].direction == "min" else "max"
        return f"{end}({_value(0, metrics[0])}) {way} NULLS LAST, l.label"
    if key in ("runs", "label"):
        return f"{'count(*)' if key == 'runs' else 'l.label'} {way} NULLS LAST, l.label"
    for place, column in enumerate(metrics):
        if column.key == key:
            return f"{_mean(place, column)} {way} NULLS LAST, l.label"
    if not metrics:
        return "count(*) DESC, l.label"
    best = "DESC" if metrics[0].direction == "max" else "ASC"
    return f"{_mean(0, metrics[0])} {best} NULLS LAST, l.label"


def _group(key: str, row: Sequence[Any]) -> Group:
    label, runs, *values = row[:-1]
    measures = [Measure(*values[start : start + 5]) for start in range(0, len(values), 5)]
    words = "missing" if label is None else f"v{label}" if key == "version" else label
    return Group(label, runs, measures, condition_of(key, label), words)


def _first_runs(
    project: Project,
    labels: tuple[str, list[Any]],
    groups: Sequence[Group],
    metrics: Sequence[Column],
) -> dict[str | None, Run]:
    """A run of each group: the best by the first metric, any where none has a value."""
    column = metrics[0] if metrics else Column("metrics", "")
    way = "ASC" if column.direction == "min" else "DESC"
    rows = rows_of(
        f"""
        WITH labelled AS MATERIALIZED ({labels[0]})
        SELECT DISTINCT ON (l.label) l.label, l.run_id
        FROM labelled l LEFT JOIN runs_metricsummary m0
            ON m0.project_id = %s AND m0.run_id = l.run_id AND m0.name = %s
        WHERE l.label = ANY(%s::text[]) OR l.label IS NULL
        ORDER BY l.label, {_value(0, column)} {way} NULLS LAST, l.run_id
        """,  # noqa: S608 - built of constants; what people wrote are parameters
        [*labels[1], project.pk, column.name, [group.label for group in groups]],
    )
    ids: dict[str | None, UUID] = dict(rows)
    runs = Run.objects.filter(project_id=project.pk, id__in=list(ids.values()))
    by_id = {run.id: run for run in runs}
    return {label: by_id[run_id] for label, run_id in ids.items() if run_id in by_id}


def _tell_best(
    groups: Sequence[Group], found: Mapping[str | None, Run], metrics: Sequence[Column]
) -> None:
    """Only a group with a value has a best run."""
    for group in groups:
        if metrics and group.measures[0].n:
            group.best = found.get(group.label)


def _tell_apart(groups: Sequence[Group], found: Mapping[str | None, Run]) -> None:
    """In place of hashes, the parameters in which these configurations differ."""
    trees = [_leaves(found.get(group.label)) for group in groups]
    paths = dict.fromkeys(path for tree in trees for path in tree)
    differing = [path for path in paths if len({tree.get(path) for tree in trees if tree}) > 1]
    differing.sort(key=lambda path: (not tells(path), importance(path), path))
    for group, tree in zip(groups, trees, strict=True):
        told = [f"{path.rpartition('.')[2]} {tree[path]}" for path in differing if path in tree]
        if told and group.label is not None:
            group.words = ", ".join(told[:MOST_WORDS])


def _leaves(run: Run | None) -> dict[str, str]:
    """A run's parameters as texts, without seeds."""
    if run is None:
        return {}
    return {path: text_of(value) for path, value in flattened(run.params) if not is_seed(path)}
