"""`manage.py purgetrash`: delete for good what lies long enough in the trash."""

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ahnb_platform.management.operator import prepared
from projects.models import Project
from runs.management.commands.seedruns import known_project
from runs.purging import purge_trash

USUAL_DAYS = 30


class Command(BaseCommand):
    help = "Delete runs that lie in the trash; frozen and quoted runs stay, and it says so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="TEAM/PROJECT", nargs="?", help="all without it")
        parser.add_argument(
            "--days",
            type=int,
            default=USUAL_DAYS,
            help=f"runs that lie in the trash for so long ({USUAL_DAYS})",
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")

    def handle(self, *, path: str | None, days: int, dry_run: bool, **_: Any) -> None:
        with prepared():
            before = timezone.now() - timedelta(days=max(days, 0))
            gone = kept = 0
            for project in _projects(path):
                for verdict in purge_trash(project=project, before=before, is_trial=dry_run):
                    run = f"{project.path}#{verdict.run.number} {verdict.run.name}"
                    if verdict.kept_for:
                        kept += 1
                        self.stdout.write(f"kept     {run}: {verdict.kept_for}")
                    else:
                        gone += 1
                        self.stdout.write(f"{'would go' if dry_run else 'deleted '} {run}")
            done = "would be deleted" if dry_run else "deleted"
            self.stdout.write(f"{gone} run{'s' * (gone != 1)} {done}, {kept} kept.")


def _projects(path: str | None) -> Iterable[Project]:
    if path:
        return [known_project(path)]
    return Project.objects.select_related("team").order_by("team__slug", "slug")
