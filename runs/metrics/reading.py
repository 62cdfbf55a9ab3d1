"""Reading series: buckets of the trees, points of the tail, attempts in line, as one answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

import numpy as np
from django.db import connection, transaction

from ahnb_platform.errors import Malformed, Missing

from .answers import NONFINITE_SHOWN, answer, clean_groups
from .covering import (
    POINTS_LEVEL,
    Stretch,
    Task,
    Window,
    cover,
    level_for,
    oddities,
    sizes,
    windows_of,
)
from .models import MetricState
from .points import Points, SeriesId
from .pyramid import Buckets, singletons
from .records import UNITS, Place, Series
from .sql import Cursor
from .state import RunState, decode_state
from .tail import series_in

STATES = """
SELECT run_id, drains, data FROM runs_metricstate WHERE project_id = %s AND run_id = ANY(%s::uuid[])
ORDER BY run_id
"""
TAILS = """
SELECT run_id, data FROM runs_metrictail
WHERE project_id = %s AND run_id = ANY(%s::uuid[]) ORDER BY arrival
"""
TRIES = 3
# How often each run's tail was drained, and its state.
States = tuple[dict[UUID, int], dict[UUID, RunState]]


@dataclass
class Request:
    """What is asked of one metric of one run."""

    place: Place
    name: str
    metric: int
    unit: int
    windows: list[Window]
    level: int = POINTS_LEVEL
    tail: dict[SeriesId, Points] = field(default_factory=dict)
    trees: list[Task] = field(default_factory=list)
    odd: list[Points] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    names: list[str]
    points: int
    stretches: Mapping[UUID, Stretch]
    attempt: int | None
    with_times: bool


def series(
    *,
    project_id: int,
    run_id: UUID,
    names: list[str],
    points: int,
    start: float | None = None,
    stop: float | None = None,
    attempt: int | None = None,
    with_times: bool = False,
) -> dict[str, Series]:
    """The metrics between two steps (seconds for unit "time"), ends included.

    At most `points` entries each: the points themselves if they are no more, else buckets with
    their true extremes. `attempt` (default the newest) is read with its ancestors' points before
    the step from which it resumed.

    Raises:
        Missing: there is no such run.
        Malformed: the run has no such attempt.
    """
    question = Question(names, points, {run_id: (start, stop)}, attempt, with_times)
    found = _answers(project_id, [run_id], question)
    if not found:
        raise Missing
    return found[run_id]


def series_of_many(
    *,
    project_id: int,
    states: Iterable[MetricState],
    names: list[str],
    points: int,
    stretches: Mapping[UUID, Stretch] | None = None,
    with_times: bool = False,
) -> dict[UUID, dict[str, Series]]:
    """As `series`, of many runs in as many statements as of one; who is gone is left out.

    Args:
        states: of the runs, as they were read just now.
        stretches: of each run the steps to look at; all where a run is not named.
    """
    question = Question(names, points, stretches or {}, None, with_times)
    rows = list(states)
    known = {row.run_id: row.drains for row in rows}, {row.run_id: row.decoded for row in rows}
    return _answers(project_id, [row.run_id for row in rows], question, known)


def series_locked(
    cursor: Cursor, place: Place, state: RunState, asked: Iterable[tuple[str, Stretch]], points: int
) -> list[Series]:
    """As `series`, for who holds the run's lock, and by a state that need not be written yet.

    Args:
        asked: metrics of the run, each with a stretch of its own.
    """
    requests = [_request(place, state, name, stretch) for name, stretch in asked]
    return _filled(cursor, place.project_id, requests, points)


def _answers(
    project_id: int, run_ids: list[UUID], question: Question, known: States | None = None
) -> dict[UUID, dict[str, Series]]:
    for _ in range(TRIES):
        with connection.cursor() as cursor:
            drains, states = known or _states(cursor, project_id, run_ids)
            known = None
            found = _read(cursor, project_id, states, question)
            if _states(cursor, project_id, run_ids, "drains")[0] == drains:
                return found
    with transaction.atomic(), connection.cursor() as cursor:
        _, states = _states(cursor, project_id, run_ids, lock=" FOR SHARE")
        return _read(cursor, project_id, states, question)


def _states(
    cursor: Cursor, project_id: int, run_ids: list[UUID], column: str = "data", lock: str = ""
) -> States:
    """How often each run's tail was drained, and its state (none where the drains alone are read).

    Points may have moved from the tail into the trees between two looks.
    """
    cursor.execute(STATES.replace("data", column) + lock, (project_id, run_ids))
    rows = cursor.fetchall()
    states = {} if column == "drains" else {run_id: decode_state(data) for run_id, _, data in rows}
    return {run_id: drains for run_id, drains, _ in rows}, states


def _read(
    cursor: Cursor, project_id: int, states: dict[UUID, RunState], question: Question
) -> dict[UUID, dict[str, Series]]:
    requests = []
    for run_id, state in states.items():
        if question.attempt is not None and question.attempt not in state.attempts:
            raise Malformed(f"This run has no attempt {question.attempt}.", code="bad-attempt")
        requests += _requests(Place(project_id, run_id), state, question)
    filled = _filled(cursor, project_id, requests, question.points, question.with_times)
    times: list[float] | None = [] if question.with_times else None
    none = {name: Series(unit=None, times=times) for name in question.names}
    found = {run_id: dict(none) for run_id in states}
    for one, answered in zip(requests, filled, strict=True):
        found[one.place.run_id][one.name] = answered
    return found


def _filled(
    cursor: Cursor, project_id: int, requests: list[Request], points: int, with_times: bool = False
) -> list[Series]:
    """What is asked, in as many statements as for one request."""
    _read_tails(cursor, project_id, requests)
    _choose_levels(cursor, requests, points)
    _read_trees(cursor, requests)
    _refine(cursor, requests, points)
    _read_oddities(cursor, requests)
    lines = [in_line(one.windows, one.trees, one.tail) for one in requests]
    return [
        answer(UNITS[one.unit], line, one.odd, points, with_times)
        for one, line in zip(requests, lines, strict=True)
    ]


def in_line(
    windows: Iterable[Window], trees: Iterable[Task], tail: Mapping[SeriesId, Points]
) -> list[Buckets]:
    """What was read of attempts: the older ones first, of each its tree and then its tail.

    Where two attempts have the same step, whichever still lies in the tail, the newer comes last.
    """
    found = {task.window.series: task.found for task in trees}
    parts = []
    for window in windows:
        parts += found.get(window.series, [])
        if window.series in tail:
            parts.append(singletons(window.of(tail[window.series])))
    return [part for part in parts if len(part)]


def _requests(place: Place, state: RunState, question: Question) -> list[Request]:
    stretch = question.stretches.get(place.run_id, (None, None))
    return [
        _request(place, state, name, stretch, question.attempt)
        for name in dict.fromkeys(question.names)
        if name in state.entries
    ]


def _request(
    place: Place, state: RunState, name: str, stretch: Stretch, attempt: int | None = None
) -> Request:
    metric, _ = state.entries[name]
    unit = int(state.metrics["unit"][metric])
    windows = windows_of(state.lineage(attempt, unit), metric, unit, stretch)
    return Request(place, name, metric, unit, windows)


def _read_tails(cursor: Cursor, project_id: int, requests: list[Request]) -> None:
    wanted: dict[UUID, set[int]] = defaultdict(set)
    for one in requests:
        wanted[one.place.run_id].add(one.metric)
    cursor.execute(TAILS, (project_id, list(wanted)))
    rows: dict[UUID, list[memoryview]] = defaultdict(list)
    for run_id, data in cursor.fetchall():
        rows[run_id].append(data)
    tails = {run_id: series_in(mine, wanted[run_id]) for run_id, mine in rows.items()}
    for one in requests:
        tail = tails.get(one.place.run_id, {})
        one.tail = {
            window.series: window.of(tail[window.series])
            for window in one.windows
            if window.series in tail
        }


def _choose_levels(cursor: Cursor, requests: list[Request], wanted: int) -> None:
    windows = [(one.place, window) for one in requests for window in one.windows]
    known = iter(sizes(cursor, windows))
    for one in requests:
        found = [next(known) for _ in one.windows]
        total = sum(size.points for size in found)
        for window, size in zip(one.windows, found, strict=True):
            level = level_for(total, wanted, size.levels)
            level = level if np.isinf(window.before) else POINTS_LEVEL
            one.trees.append(Task(one.place, window, level))


def _read_trees(cursor: Cursor, requests: list[Request]) -> None:
    cover(cursor, [task for one in requests for task in one.trees])


def _refine(cursor: Cursor, requests: list[Request], wanted: int) -> None:
    """Read points where buckets will not do: so few, or attempts that overlap."""
    again = [one for one in requests if _too_coarse(one, wanted)]
    for one in again:
        one.trees = [replace(task, level=POINTS_LEVEL, found=[]) for task in one.trees]
    if again:
        _read_trees(cursor, again)


def _too_coarse(one: Request, wanted: int) -> bool:
    parts = [bucket for task in one.trees for bucket in task.found]
    if not any((part.count > 1).any() for part in parts):
        return False
    total = sum(int(part.count.sum()) for part in parts) + sum(map(len, one.tail.values()))
    if total <= wanted:
        return True
    branches = sum(bool(task.found) for task in one.trees)
    return branches > 1 and clean_groups(parts) < min(wanted, sum(map(len, parts))) / 4


def _read_oddities(cursor: Cursor, requests: list[Request]) -> None:
    """The non-finite points themselves, where the buckets or the tail tell of some."""
    windows = [(one.place, task.window) for one in requests for task in one.trees if _has_odd(task)]
    known = iter(oddities(cursor, windows, NONFINITE_SHOWN))
    for one in requests:
        odd: list[Points] = []
        for task in one.trees:
            odd += next(known) if _has_odd(task) else []
            if (points := one.tail.get(task.window.series)) is not None:
                odd.append(points[~np.isfinite(points.values)])
        one.odd = [part for part in odd if len(part)]


def _has_odd(task: Task) -> bool:
    return any(part.nonfinite.any() for part in task.found)
