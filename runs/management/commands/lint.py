"""`manage.py lint`: look anew at runs that an older version of the rules looked at, or none."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from ahnb_platform.management.operator import prepared
from projects.models import Project
from runs.ids import RunKey
from runs.linting.lint import lint_run
from runs.linting.version import rules_version
from runs.management.commands.seedruns import known_project
from runs.models import Run

AT_ONCE = 500


class Command(BaseCommand):
    help = "Lint runs that older rules looked at, or none; what is muted stays muted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", metavar="TEAM/PROJECT", help="all without it")
        parser.add_argument(
            "--all", action="store_true", help="runs that these very rules looked at, too"
        )

    def handle(self, *, project: str | None, all: bool, **_: Any) -> None:  # noqa: A002
        with prepared():
            runs = findings = 0
            for one in _projects(project):
                for run_id in _ids(one.pk, every=all):
                    findings += len(lint_run(RunKey(one.pk, run_id)))
                    runs += 1
            self.stdout.write(
                f"{runs} run{'s' * (runs != 1)} linted with the rules {rules_version()}: "
                f"{findings} finding{'s' * (findings != 1)}."
            )


def _projects(path: str | None) -> list[Project]:
    return [known_project(path)] if path else list(Project.objects.order_by("pk"))


def _ids(project_id: int, *, every: bool) -> Iterator[UUID]:
    """The runs to look at, some hundred at once, so that a project of any size is walked."""
    rows = Run.objects.filter(project_id=project_id, trashed_at=None).order_by("id")
    rows = rows if every else rows.exclude(linted_with=rules_version())
    ids = list(rows.values_list("id", flat=True)[:AT_ONCE])
    while ids:
        yield from ids
        ids = list(rows.filter(id__gt=ids[-1]).values_list("id", flat=True)[:AT_ONCE])
