"""`manage.py purge`: delete for good what lies long enough in the trash."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ahnb_platform.errors import Conflict, Missing
from ahnb_platform.management.operator import prepared
from projects.models import Project
from runs.life.projects import due_projects, keepers_of, purge_project
from runs.life.purging import Verdict, projects_with_trash, purge_trash
from runs.management.commands.seedruns import known_project


class Command(BaseCommand):
    help = "Delete runs that lie in the trash; frozen and quoted runs stay, and it says so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="TEAM/PROJECT", nargs="?", help="all without it")
        parser.add_argument(
            "--days",
            type=days,
            help="runs that lie in the trash for so long; without it as each project is set",
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")

    def handle(self, *, path: str | None, days: int | None, dry_run: bool, **_: Any) -> None:
        with prepared():
            gone = kept = 0
            for project, verdict in _verdicts(path, days, is_trial=dry_run):
                run = f"{project.path}#{verdict.run.number} {verdict.run.name}"
                if verdict.kept_for:
                    kept += 1
                    self.stdout.write(f"kept     {run}: {verdict.kept_for}")
                else:
                    gone += 1
                    self.stdout.write(f"{'would go' if dry_run else 'deleted '} {run}")
            done = "would be deleted" if dry_run else "deleted"
            self.stdout.write(f"{gone} run{'s' * (gone != 1)} {done}, {kept} kept.")
            if not path:
                self._purge_projects(dry_run=dry_run)

    def _purge_projects(self, *, dry_run: bool) -> None:
        """What the schedule does with projects: those whose own days in the trash are over."""
        for project in due_projects(timezone.now()):
            if count := keepers_of(project).count:
                self.stdout.write(f"kept     {project.path}: {count} frozen or quoted")
                continue
            try:
                if not dry_run:
                    purge_project(project=project, by=None, seconds=float("inf"))
            except (Conflict, Missing) as refusal:  # somebody acted meanwhile
                self.stdout.write(f"kept     {project.path}: {refusal.detail}")
                continue
            self.stdout.write(f"{'would go' if dry_run else 'deleted '} {project.path}, all of it")


def days(text: str) -> int:
    """A number of days; none are negative. Raises ValueError, which argparse tells."""
    if (number := int(text)) < 0:
        raise ValueError
    return number


def _verdicts(
    path: str | None, days: int | None, *, is_trial: bool
) -> Iterator[tuple[Project, Verdict]]:
    for project in [known_project(path)] if path else projects_with_trash():
        lying = project.trash_days if days is None else days
        if lying is not None:
            before = timezone.now() - timedelta(days=lying)
            for verdict in purge_trash(project=project, before=before, is_trial=is_trial):
                yield project, verdict
