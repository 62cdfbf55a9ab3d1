"""Reading series: buckets of the trees, points of the tail, attempts in line, as one answer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from uuid import UUID

import numpy as np
from django.db import connection, transaction

from ahnb_platform.errors import Malformed, Missing

from .answers import NONFINITE_SHOWN, answer, clean_groups
from .covering import POINTS_LEVEL, Task, Window, cover, level_for, oddities, sizes
from .points import Points, SeriesId
from .pyramid import singletons
from .records import EPOCH, UNITS, Place, Series
from .sql import Cursor
from .state import RunState, decode_state
from .tail import decode_groups, series_of

READ_STATE = "SELECT drains, data FROM runs_metricstate WHERE project_id = %s AND run_id = %s"
TRIES = 3


@dataclass
class Request:
    """What is asked of one metric."""

    name: str
    metric: int
    unit: int
    windows: list[Window]
    level: int = POINTS_LEVEL
    tail: list[Points] = field(default_factory=list)
    trees: list[Task] = field(default_factory=list)
    odd: list[Points] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    names: list[str]
    points: int
    start: float | None
    stop: float | None
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
    place = Place(project_id, run_id)
    question = Question(names, points, start, stop, attempt, with_times)
    for _ in range(TRIES):
        with connection.cursor() as cursor:
            drains, state = _state(cursor, place)
            found = _read(cursor, place, state, question)
            if _drains(cursor, place) == drains:
                return found
    with transaction.atomic(), connection.cursor() as cursor:
        _, state = _state(cursor, place, lock=" FOR SHARE")
        return _read(cursor, place, state, question)


def _state(cursor: Cursor, place: Place, *, lock: str = "") -> tuple[int, RunState]:
    cursor.execute(READ_STATE + lock, place)
    row = cursor.fetchone()
    if row is None:
        raise Missing
    return row[0], decode_state(row[1])


def _drains(cursor: Cursor, place: Place) -> int | None:
    """Points may have moved from the tail into the trees between our statements."""
    cursor.execute(
        "SELECT drains FROM runs_metricstate WHERE project_id = %s AND run_id = %s", place
    )
    row = cursor.fetchone()
    return row and row[0]


def _read(cursor: Cursor, place: Place, state: RunState, question: Question) -> dict[str, Series]:
    if question.attempt is not None and question.attempt not in state.attempts:
        raise Malformed(f"This run has no attempt {question.attempt}.", code="bad-attempt")
    requests = _requests(state, question)
    _read_tail(cursor, place, requests)
    _choose_levels(cursor, place, requests, question.points)
    _read_trees(cursor, requests)
    _refine(cursor, requests, question.points)
    _read_oddities(cursor, place, requests)
    times: list[float] | None = [] if question.with_times else None
    found = {name: Series(unit=None, times=times) for name in question.names}
    for one in requests:
        parts = [bucket for task in one.trees for bucket in task.found]
        parts += [singletons(points) for points in one.tail]
        found[one.name] = answer(
            UNITS[one.unit], parts, one.odd, question.points, question.with_times
        )
    return found


def _requests(state: RunState, question: Question) -> list[Request]:
    numbers = {name: number for number, name in enumerate(state.names)}
    requests = []
    for name in dict.fromkeys(question.names):
        if name in numbers:
            metric = numbers[name]
            unit = int(state.metrics["unit"][metric])
            windows = _windows(state, metric, unit, question)
            requests.append(Request(name, metric, unit, windows))
    return requests


def _windows(state: RunState, metric: int, unit: int, question: Question) -> list[Window]:
    """The lineage, oldest first, each attempt cut where its successor resumed."""
    low = -np.inf if question.start is None else float(question.start)
    high = np.inf if question.stop is None else float(question.stop)
    windows = []
    for attempt, limit in reversed(state.lineage(question.attempt, unit)):
        series = SeriesId(metric, attempt)
        if unit == EPOCH:
            windows.append(Window(series, low, high, limit))
        else:
            windows.append(Window(series, low, min(high, float(np.nextafter(limit, -np.inf)))))
    return windows


def _read_tail(cursor: Cursor, place: Place, requests: list[Request]) -> None:
    cursor.execute(
        "SELECT data FROM runs_metrictail WHERE project_id = %s AND run_id = %s ORDER BY arrival",
        place,
    )
    wanted = {window.series.metric for one in requests for window in one.windows}
    groups = [group.only(wanted) for (data,) in cursor.fetchall() for group in decode_groups(data)]
    tail = series_of(group for group in groups if len(group.ids))
    for one in requests:
        parts = [window.of(tail[window.series]) for window in one.windows if window.series in tail]
        one.tail = [part for part in parts if len(part)]


def _choose_levels(cursor: Cursor, place: Place, requests: list[Request], wanted: int) -> None:
    windows = [window for one in requests for window in one.windows]
    known = dict(zip(map(id, windows), sizes(cursor, place, windows), strict=True))
    for one in requests:
        found = [known[id(window)] for window in one.windows]
        total = sum(size.points for size in found)
        for window, size in zip(one.windows, found, strict=True):
            level = level_for(total, wanted, size.levels)
            level = level if np.isinf(window.before) else POINTS_LEVEL
            one.trees.append(Task(place, window, level))


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
    total = sum(int(part.count.sum()) for part in parts) + sum(map(len, one.tail))
    if total <= wanted:
        return True
    branches = sum(bool(task.found) for task in one.trees)
    return branches > 1 and clean_groups(parts) < min(wanted, sum(map(len, parts))) / 4


def _read_oddities(cursor: Cursor, place: Place, requests: list[Request]) -> None:
    """The non-finite points themselves, where the buckets or the tail tell of some."""
    asked = [
        one
        for one in requests
        if any(part.nonfinite.any() for task in one.trees for part in task.found)
    ]
    windows = [window for one in asked for window in one.windows]
    found = oddities(cursor, place, windows, NONFINITE_SHOWN)
    by_metric: dict[int, list[Points]] = defaultdict(list)
    for window, parts in zip(windows, found, strict=True):
        by_metric[window.series.metric] += parts
    for one in requests:
        odd = [points[~np.isfinite(points.values)] for points in one.tail]
        one.odd = [part for part in [*by_metric[one.metric], *odd] if len(part)]
