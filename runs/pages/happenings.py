"""What happened lately in a project, and what of it is worth a look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Coalesce
from django.utils import timezone

from ahnb_platform.web.marked import plain
from projects.models import Project

from ..models import LOST_AFTER, Run
from ..queries import completed, whole_runs
from .overview import Objective, rows_of

MOST_HAPPENINGS = 10
LONGEST_WORDS = 120
LATELY = timedelta(days=7)
MOST_LOOKED_AT = 500


@dataclass(frozen=True)
class Happening:
    """One thing that happened.

    Attributes:
        kind: "started", "note", "pinned", or how the run ended.
        person: who did; "" where that is not known.
        words: of a note its beginning, of a failure its reason.
        value: the result of a run that ended; None without one.
    """

    kind: str
    at: datetime
    run_id: UUID
    number: int
    name: str
    person: str
    words: str
    value: float | None

    @property
    def has_ended(self) -> bool:
        return self.kind not in ("started", "lost", "note", "pinned")


def happenings_of(project: Project, objective: Objective | None) -> list[Happening]:
    """The last things that happened, the newest first: runs, notes, pins.

    Each kind is read from the end of an index, so that the cost does not grow with the runs.
    """
    best = "min" if objective and objective.mode == "min" else "max"
    rows = rows_of(
        # The column is one of two constants.
        f"""
        WITH wanted AS (
            (SELECT CASE WHEN r.status <> 'running' THEN r.status
                         WHEN coalesce(s.last_seen_at, r.created_at)
                              < coalesce(r.frozen_at, %(now)s) - %(silence)s THEN 'lost'
                         ELSE 'started' END AS kind,
                    CASE WHEN r.status = 'running'
                              AND coalesce(s.last_seen_at, r.created_at)
                                  < coalesce(r.frozen_at, %(now)s) - %(silence)s
                         THEN coalesce(s.last_seen_at, r.created_at)
                         ELSE coalesce(r.finished_at, r.started_at) END AS at,
                    r.id, r.user_id, r.status_reason AS words
             FROM (SELECT * FROM runs_run
                   WHERE project_id = %(project)s AND trashed_at IS NULL AND archived_at IS NULL
                   ORDER BY coalesce(finished_at, started_at) DESC, id DESC LIMIT %(most)s) AS r
             LEFT JOIN runs_metricstate s ON s.project_id = r.project_id AND s.run_id = r.id)
            UNION ALL
            (SELECT 'note', n.created_at, n.run_id, n.user_id, left(n.text, 480)
             FROM runs_note n
             WHERE n.project_id = %(project)s AND n.removed_at IS NULL
             ORDER BY n.id DESC LIMIT %(most)s)
            UNION ALL
            (SELECT 'pinned', r.pinned_at, r.id, NULL, ''
             FROM runs_run r
             WHERE r.project_id = %(project)s AND r.pinned_at IS NOT NULL
             ORDER BY r.pinned_at DESC LIMIT %(most)s)
        )
        SELECT w.kind, w.at, r.id, r.number, r.name,
               coalesce(nullif(u.name, ''), u.email, ''), w.words, m.{best}
        FROM wanted w
        JOIN runs_run r ON r.project_id = %(project)s AND r.id = w.id AND r.trashed_at IS NULL
        LEFT JOIN accounts_user u ON u.id = w.user_id
        LEFT JOIN runs_metricsummary m
            ON m.project_id = %(project)s AND m.run_id = r.id AND m.name = %(metric)s
        ORDER BY w.at DESC, r.id DESC LIMIT %(most)s
        """,  # noqa: S608
        {
            "project": project.pk,
            "now": timezone.now(),
            "silence": LOST_AFTER,
            "most": MOST_HAPPENINGS,
            "metric": objective.metric if objective else "",
        },
    )
    found = [Happening(*row) for row in rows]
    return [
        replace(one, words=plain(one.words, LONGEST_WORDS)) if one.kind == "note" else one
        for one in found
    ]


@dataclass(frozen=True)
class Finding:
    """Runs of the last days that share a flaw, by their numbers."""

    words: str
    numbers: list[int]

    @property
    def address(self) -> str:
        """The query string of these runs in the project's summary."""
        return f"?pick={','.join(map(str, sorted(self.numbers)))}"


def findings_of(project: Project) -> list[Finding]:
    """Which runs of the last seven days failed, fell silent, or logged NaN or infinity.

    At most the newest `MOST_LOOKED_AT` are looked at.
    """
    ended = Coalesce("finished_at", "started_at")
    lately = whole_runs(project).filter(trashed_at=None, archived_at=None).annotate(ended=ended)
    rows = lately.filter(ended__gte=timezone.now() - LATELY).order_by("-ended", "-id")
    runs = completed(list(rows[:MOST_LOOKED_AT]), project)
    found = [
        Finding("failed", [run.number for run in runs if run.shown_status == "failed"]),
        Finding("lost", [run.number for run in runs if run.shown_status == "lost"]),
        Finding("logged NaN or infinity", [run.number for run in runs if _has_odd(run)]),
    ]
    return [finding for finding in found if finding.numbers]


def _has_odd(run: Run) -> bool:
    """Whether it logged points that are no finite numbers."""
    return any(summary.nonfinite for summary in run.metrics.values())
