"""What changes a run. Points go to `runs.metrics`; who may is settled by the caller's look-up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import team_for_editor
from ahnb_platform.accounts.models import ApiToken, User
from ahnb_platform.database.retrying import again_if_broken_off
from ahnb_platform.edits import own_changes
from ahnb_platform.errors import Conflict, Invalid, Item, Missing
from projects import queries as projects
from projects.models import Mode, Project
from projects.services import create_project

from . import metrics
from .closed import refuse_closed, refuse_frozen, refuse_purged, refuse_trashed
from .ids import RunKey, is_uuid7
from .ingest.apply import apply_events
from .ingest.parse import Parsed, parse_batch
from .life.points import make_room
from .life.quotas import check_runs
from .models import Run, RunLocator
from .names import clean_name, generated_name
from .tags import in_a_line

LONGEST_NOTES = 20_000
MOST_TAGS = 100


def project_for_runs(*, path: str, by: User, token: ApiToken) -> Project:
    """The project that a run is to be made in; made on first use where `by` and `token` may.

    Args:
        path: `team/project`.

    Raises:
        Missing: the team or the project is not there, or not to be seen.
        NotAllowed: it is seen, but `by` may not write there.
        Invalid: `path` is none.
        Gone: `project-trashed`.
        Conflict: `project-moved`, the address leads to a project that `by` may not see.
    """
    team_slug, slash, slug = path.partition("/")
    if not slash or not team_slug or not slug or "/" in slug:
        raise Invalid(
            "A project is named as “team/project”.",
            code="bad-project",
            items=(Item("/project", "bad-project", "A project is named as “team/project”."),),
        )
    try:
        project = projects.project_for_editor(by, team_slug, slug)
    except Missing:
        names = {"team_slug": team_slug, "project_slug": slug}
        projects.refuse_trashed(by, within=token.project_id, **names)
        if token.project_id is not None:
            raise
        project = _made_project(team_slug, slug, by)
    if token.project_id not in (None, project.pk):
        raise Missing
    return project


@again_if_broken_off
def start_run(
    *,
    project: Project,
    by: User,
    run_id: UUID,
    token: ApiToken | None = None,
    name: str = "",
    group: str = "",
    tags: Sequence[str] = (),
    notes: str = "",
    started_at: datetime | None = None,
    objective: dict[str, str] | None = None,
    resume: str = "allow",
) -> tuple[Run, bool]:
    """Make the run, or get it; tells which. Nothing is changed in a run that is there already.

    Raises:
        Invalid: the id is no UUIDv7, or a field breaks a rule.
        Conflict: `run-exists` where `resume` is "never"; `run-id-taken` where the id belongs to
            another project.
        Gone: `run-trashed`, `run-purged`, `project-trashed`.
        QuotaExceeded: the project, or its team, has as many runs as it may.
    """
    existing = _existing(project, run_id, resume)
    if existing is not None:
        return existing, False
    if not is_uuid7(run_id):
        raise Invalid("A run's id must be a UUID of version 7.", code="run-id-version")
    run = Run(
        project_id=project.pk,
        id=run_id,
        user_id=by.pk,
        token_id=token.pk if token else None,
        name=clean_name(name) if name else generated_name(run_id),
        group=clean_name(group) if group else "",
        tags=_tags(tags),
        notes=bounded_text(notes),
        started_at=started_at or timezone.now(),
        **_objective(objective),
    )
    try:
        with transaction.atomic():
            _insert(run)
    except IntegrityError:
        # Somebody else made it between our look and our writing.
        existing = _existing(project, run_id, resume)
        if existing is None:
            raise
        return existing, False
    return run, True


def edit_run(
    *,
    run: Run,
    by: User,  # noqa: ARG001 - every service names who acts
    name: str | None = None,
    group: str | None = None,
    tags: Sequence[str] | None = None,
    notes: str | None = None,
    seen: str = "",
) -> Run:
    """Change what people write on a run; None leaves a field as it is.

    Args:
        seen: the marks of the texts that `by` saw (`texts_of`); "" writes whatever is stored.

    Raises:
        Invalid: a field breaks a rule.
        Gone: the run lies in the trash.
        Overtaken: somebody else changed the same field since.
        Conflict: `run-frozen`.
    """
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = clean_name(name)
    if group is not None:
        changes["group"] = clean_name(group) if group else ""
    if tags is not None:
        changes["tags"] = _tags(tags)
    if notes is not None:
        changes["notes"] = bounded_text(notes)
    with transaction.atomic():
        row = Run.objects.select_for_update().get(project_id=run.project_id, id=run.id)
        refuse_closed(row)
        own = own_changes(seen, texts_of(row), _texts(changes))
        return _update(run, **{field: changes[field] for field in own}) if own else run


def texts_of(run: Run) -> dict[str, str]:
    """What people write on a run, as a form shows it."""
    return _texts({name: getattr(run, name) for name in ("name", "group", "tags", "notes")})


def _texts(fields: dict[str, Any]) -> dict[str, str]:
    return {name: in_a_line(it) if name == "tags" else it for name, it in fields.items()}


def trash_run(*, run: Run, by: User) -> Run:
    """Put the run into the trash; of a run that lies there nothing changes.

    Raises:
        Conflict: `run-frozen`.
    """
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(project_id=run.project_id, id=run.id)
        refuse_frozen(locked)
        who = {"trashed_by_id": by.pk, "trashed_for": ""}
        return _set_time(run, by, "trashed_at", "run.trashed", timezone.now(), **who)


def restore_run(*, run: Run, by: User) -> Run:
    """Take the run out of the trash. Raises Missing where it was deleted for good meanwhile."""
    return _set_time(run, by, "trashed_at", "run.restored", None)


def archive_run(*, run: Run, by: User) -> Run:
    """Leave the run out of lists and comparisons; it stays readable."""
    return _set_time(run, by, "archived_at", "run.archived", timezone.now())


def unarchive_run(*, run: Run, by: User) -> Run:
    """Show the run in lists again."""
    return _set_time(run, by, "archived_at", "run.unarchived", None)


def pin_run(*, run: Run, by: User) -> Run:
    """Keep the run in sight on the project's page, for everybody."""
    return _set_time(run, by, "pinned_at", "run.pinned", timezone.now())


def unpin_run(*, run: Run, by: User) -> Run:
    """Undo `pin_run`."""
    return _set_time(run, by, "pinned_at", "run.unpinned", None)


@again_if_broken_off
def store_batch(
    *, run: RunKey | Run, batch: dict[str, Any], by: User | None = None
) -> dict[str, Any]:
    """Store one batch exactly once: its points, and what its events say, or nothing.

    Args:
        batch: the document of the contract, as `strictjson.read` gives it.
        by: whose notes it brings.

    Returns: the answer of the contract, `{acked, duplicate, rejected}`.

    Raises:
        Malformed, Invalid: the batch is refused whole.
        Conflict: `seq-reused`, other content under a stored sequence number.
        Gone: `run-frozen`.
        QuotaExceeded: the project, or its team, has as many points as it may.
    """
    receipt = _stored(run, parse_batch(batch), by)
    return {
        "acked": receipt.acked,
        "duplicate": receipt.duplicate,
        "rejected": receipt.rejected,
    }


def _stored(run: RunKey | Run, parsed: Parsed, by: User | None) -> metrics.Receipt:
    """Store it, as often as it takes until it has found room among others that look for it."""
    while True:
        try:
            if parsed.events:
                return _stored_with_events(run, parsed, by)
            return metrics.store(project_id=run.project_id, run_id=run.id, batch=parsed.batch)
        except metrics.Full as full:
            make_room(RunKey(run.project_id, run.id), full.points)


def _stored_with_events(run: RunKey | Run, parsed: Parsed, by: User | None) -> metrics.Receipt:
    with transaction.atomic():
        receipt = metrics.append(project_id=run.project_id, run_id=run.id, batch=parsed.batch)
        if not receipt.duplicate:
            apply_events(run=run, batch=parsed.batch, events=parsed.events, by=by)
    return receipt


def _made_project(team_slug: str, slug: str, by: User) -> Project:
    team = team_for_editor(by, team_slug)
    projects.refuse_moved(team, slug)
    try:
        create_project(team=team, slug=slug, by=by)
    except Conflict as error:
        if error.code != "slug-taken":
            raise
        # Another run of the same start made it a moment ago.
    return projects.project_for_editor(by, team_slug, slug)


def _existing(project: Project, run_id: UUID, resume: str) -> Run | None:
    locator = RunLocator.objects.filter(pk=run_id).first()
    if locator is None:
        return None
    if locator.project_id != project.pk:
        raise Conflict("This id belongs to another run.", code="run-id-taken")
    run = Run.objects.filter(project_id=project.pk, id=run_id).first()
    if run is None:
        refuse_purged(run_id)
        return None
    refuse_trashed(run)
    if resume == "never":
        raise Conflict("There is a run with this id already.", code="run-exists")
    return run


def _insert(run: Run) -> None:
    """Write the run under the project's next number; the project's row is locked meanwhile."""
    RunLocator.objects.create(run_id=run.id, project_id=run.project_id)
    project = Project.objects.filter(pk=run.project_id, trashed_at=None)
    if not project.update(next_run_number=F("next_run_number") + 1):
        raise projects.ProjectTrashed  # since it was looked up
    check_runs(project.get())
    run.number = project.values_list("next_run_number", flat=True).get() - 1
    run.save(force_insert=True)
    metrics.create_state(project_id=run.project_id, run_id=run.id)


def _set_time(
    run: Run, by: User, field: str, action: str, value: datetime | None, **beside: Any
) -> Run:
    """Set or clear a time, unless it is so already; the record tells who did."""
    if (getattr(run, field) is None) == (value is None):
        return run
    with transaction.atomic():
        _update(run, **{field: value}, **beside)
        project = Project.objects.select_related("team").get(pk=run.project_id)
        audit.record(action, by=by, target=project, team=project.team, run=str(run.id))
    return run


def _update(run: Run, **changes: Any) -> Run:
    if not Run.objects.filter(project_id=run.project_id, id=run.id).update(**changes):
        raise Missing
    for field, value in changes.items():
        setattr(run, field, value)
    return run


def _tags(tags: Sequence[str]) -> list[str]:
    cleaned = list(dict.fromkeys(clean_name(tag) for tag in tags))
    if len(cleaned) > MOST_TAGS:
        raise Invalid(f"A run has at most {MOST_TAGS} tags.", code="too-many-tags")
    return cleaned


def bounded_text(text: str) -> str:
    """The text that somebody wrote; raises Invalid for a longer one than is kept."""
    if len(text) > LONGEST_NOTES:
        raise Invalid(f"A text has at most {LONGEST_NOTES} characters.", code="too-long")
    return text


def _objective(objective: dict[str, str] | None) -> dict[str, str]:
    if objective is None:
        return {}
    if objective["mode"] not in Mode.values:
        raise Invalid("The mode of an objective is min or max.", code="bad-mode")
    metric = clean_name(objective["metric"])
    return {"objective_metric": metric, "objective_mode": objective["mode"]}
