"""What is read of runs. Every run that leaves here has its project, role, person and metrics."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F, Func, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast

from ahnb_platform.accounts.access import require
from ahnb_platform.accounts.models import ApiToken, Role, User
from ahnb_platform.errors import Missing
from projects.models import Project
from projects.queries import refuse_writing

from . import documents, metrics
from .closed import Purged, refuse_purged
from .distinct import distinct_values
from .ids import RunKey
from .ingest.apply import stored_events
from .linting.queries import with_severities
from .metrics.models import MetricSummary
from .models import Run, RunDocument, RunEvent, RunLocator, RunParam
from .search import find
from .search.hints import Hint, hints_of

# Names of metrics of which more is better, when nobody said otherwise.
HIGHER_IS_BETTER = ("acc", "auc", "precision", "recall", "f1", "iou", "dice", "r2")


@dataclass(frozen=True)
class Page:
    """One page of a search: the runs, how to get the next page, and how many there are in all."""

    runs: list[Run]
    next_cursor: str | None
    total: int


def run_for_user(user: User, run_id: UUID, *, within: int | None = None) -> Run:
    """The run as `user` sees it; one in the trash, too.

    Args:
        within: the only project that may be seen (a token can be bound to one).

    Raises:
        Missing: there is none, or `user` may not see it.
        Gone: `run-purged`, it was deleted for good.
    """
    located = RunLocator.objects.filter(pk=run_id).values("project_id")
    visible = Project.objects.visible_to(user).select_related("team")
    project = visible.filter(pk=Subquery(located)).first()
    if project is None or within not in (None, project.pk):
        raise Missing
    run = whole_runs(project).filter(id=run_id).first()
    if run is None:
        refuse_purged(run_id)
        raise Missing
    return completed([run], project)[0]


def refuse_unseen(user: User, run_id: UUID, *, within: int | None = None) -> None:
    """Raises Gone (`project-trashed`) for who could write to the run but for its project's trash.

    Args:
        within: the only project that may be seen.
    """
    located = RunLocator.objects.filter(pk=run_id).values("project_id")
    project = Project.objects.known_to(user).filter(pk=Subquery(located)).first()
    if project is not None and within in (None, project.pk):
        refuse_writing(project.trashed_at, project.role)


def refuse_left_over(run_id: UUID) -> None:
    """Raises Gone (`run-purged`) for the id of a run whose whole project was deleted for good."""
    left = RunLocator.objects.filter(pk=run_id, purged_at__isnull=False)
    if left.exclude(project_id__in=Project.objects.values("pk")).exists():
        raise Purged


def was_started_by(run_id: UUID, token: ApiToken) -> bool:
    """Whether this token made the run, before it expired."""
    located = RunLocator.objects.filter(pk=run_id).values("project_id")
    run = Run.objects.filter(project_id=Subquery(located), id=run_id, token_id=token.pk)
    return run.filter(created_at__lt=token.expires_at).exists()


def runs_by_prefix(
    user: User, low: UUID, high: UUID, *, limit: int, within: int | None = None
) -> list[tuple[UUID, int, str]]:
    """Id, number and "team/project" of the runs that `user` sees with ids from `low` to `high`.

    Args:
        within: the only project that may be seen.
    """
    visible = Project.objects.visible_to(user).select_related("team")
    projects = {
        project.pk: f"{project.team.slug}/{project.slug}"
        for project in visible
        if within in (None, project.pk)
    }
    rows = Run.objects.filter(project_id__in=projects, id__gte=low, id__lte=high).order_by("id")
    found = rows.values_list("id", "number", "project_id")[:limit]
    return [(run_id, number, projects[project_id]) for run_id, number, project_id in found]


def run_for_editor(user: User, run_id: UUID, *, within: int | None = None) -> Run:
    """As `run_for_user`, for writing. Raises NotAllowed for readers."""
    run = run_for_user(user, run_id, within=within)
    require(run.role, Role.EDITOR)
    return run


def run_for_owner(user: User, run_id: UUID, *, within: int | None = None) -> Run:
    """As `run_for_user`, for what owners decide. Raises NotAllowed for all others."""
    run = run_for_user(user, run_id, within=within)
    require(run.role, Role.OWNER)
    return run


def search_runs(
    *,
    project: Project,
    q: str = "",
    order: str = "",
    limit: int = 100,
    cursor: str | None = None,
    is_fresh: bool = False,
    listed: int | None = None,
) -> Page:
    """One page of the runs that match `q`, in `order`; see `runs.search` for both.

    Args:
        is_fresh: the caller has just let the rows that are searched show all points.
        listed: how many runs the project has outside archive and trash, if the caller knows.

    Raises:
        runs.search.QueryError: `q`, `order` or `cursor` cannot be understood.
    """
    if not is_fresh:
        metrics.sync_search_rows(project_id=project.pk)
    found = find(project_id=project.pk, q=q, order=order, limit=limit, cursor=cursor, listed=listed)
    rows = with_severities(whole_runs(project)).filter(id__in=found.run_ids)
    by_id = {run.id: run for run in rows}
    runs = [by_id[run_id] for run_id in found.run_ids if run_id in by_id]
    return Page(completed(runs, project), found.next_cursor, found.total)


def found_ids(
    *, project: Project, q: str = "", order: str = "", limit: int = 100, listed: int | None = None
) -> tuple[list[UUID], int]:
    """The ids of the first runs that match `q`, in `order`, and how many match in all.

    The caller has just let the rows that are searched show all points.

    Raises:
        runs.search.QueryError: `q` or `order` cannot be understood.
    """
    found = find(project_id=project.pk, q=q, order=order, limit=limit, cursor=None, listed=listed)
    return found.run_ids, found.total


def search_hints(*, project: Project, q: str, order: str = "") -> list[Hint]:
    """The metrics and parameters of a search that no run has, with what may have been meant.

    The caller has just let the rows that are searched show all points.
    """
    return hints_of(project.pk, q, order)


def completed(runs: Sequence[Run], project: Project) -> list[Run]:
    """Give runs of one project what they need to be shown.

    Person and metrics should have come with them, as from `whole_runs`.
    """
    for run in runs:
        row = run.metric_state
        run.state, run.metrics = metrics.at_a_glance(row) if row else (None, {})
        run.project = project
        # 0 where the project was not looked up for a person.
        run.role = getattr(project, "role", 0)
        run.last_seen_at = run.state.last_seen_at if run.state else run.created_at
    return list(runs)


def whole_runs(project: Project) -> QuerySet[Run]:
    """The project's runs, each with its person and metrics, in one statement."""
    runs = Run.objects.filter(project_id=project.pk)
    return runs.select_related("user", "metric_state")


def runs_by_number(project: Project, numbers: Iterable[int]) -> list[Run]:
    """The runs with these numbers, in the order of the numbers."""
    found = whole_runs(project).filter(number__in=list(numbers), trashed_at=None)
    return completed(list(found.order_by("number")), project)


def run_numbered(project: Project, number: int) -> Run:
    """The run with this number, wherever it lies. Raises Missing."""
    run = Run.objects.filter(project_id=project.pk, number=number).first()
    if run is None:
        raise Missing
    return run


def previous_run(run: Run) -> Run | None:
    """The run of the same project that was made before this one."""
    return _nearest(run, "-number", number__lt=run.number)


def next_run(run: Run) -> Run | None:
    """The run of the same project that was made after this one."""
    return _nearest(run, "number", number__gt=run.number)


def metric_names(project: Project) -> list[str]:
    """All names of metrics in the project's rows that are searched, sorted."""
    return distinct_values(MetricSummary, project.pk, "name")


def param_names(project: Project) -> list[str]:
    """All dotted paths of parameters in the project, sorted."""
    return distinct_values(RunParam, project.pk, "key")


def documents_of(run: Run) -> dict[str, Any]:
    """The large parts of the record by kind: `model`, `environment`, `data`, `code`, `summary`."""
    rows = RunDocument.objects.filter(project_id=run.project_id, run_id=run.id)
    return dict(rows.values_list("kind", "data"))


def model_of(run: Run) -> Any:
    """The captured model without the configuration that makes it again; None without one."""
    rows = RunDocument.objects.filter(project_id=run.project_id, run_id=run.id, kind="model")
    told = Func(F("data"), Value("config"), template="%(expressions)s", arg_joiner=" - ")
    text = rows.annotate(told=Cast(told, TextField())).values_list("told", flat=True).first()
    return None if text is None else orjson.loads(text)


def run_document(run: Run) -> dict[str, Any]:
    """The run document of the contract."""
    return documents.run_document(run, documents_of(run))


def run_summary_document(run: Run) -> dict[str, Any]:
    """The run document without its large parts, as search gives it."""
    return documents.run_summary_document(run)


def events_of(run: Run, *kinds: str) -> QuerySet[RunEvent]:
    """The events of some kinds, in the order in which they happened."""
    return stored_events(RunKey(run.project_id, run.id), *kinds)


def series_for(
    run: Run,
    names: Sequence[str],
    points: int = 1500,
    start: float | None = None,
    stop: float | None = None,
    attempt: int | None = None,
    with_times: bool = False,
) -> dict[str, dict[str, Any]]:
    """Each metric's series as the contract writes it; `total: 0` where there is none."""
    found = metrics.series(
        project_id=run.project_id,
        run_id=run.id,
        names=list(names),
        points=points,
        start=start,
        stop=stop,
        attempt=attempt,
        with_times=with_times,
    )
    return {name: series.as_dict() for name, series in found.items()}


def direction_of(metric: str, project: Project, run: Run | None = None) -> str:
    """Which end of `metric` is better, "min" or "max".

    The run's objective decides, else the project's, else the name.
    """
    for stated in (run, project):
        if stated is not None and stated.objective_metric == metric and stated.objective_mode:
            return stated.objective_mode
    name = metric.lower()
    return "max" if any(word in name for word in HIGHER_IS_BETTER) else "min"


def _nearest(run: Run, order: str, **beyond: Any) -> Run | None:
    rows = whole_runs(run.project).filter(trashed_at=None, **beyond)
    found = rows.order_by(order).first()
    return completed([found], run.project)[0] if found else None
