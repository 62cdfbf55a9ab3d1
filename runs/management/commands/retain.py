"""`manage.py retain`: put runs into the trash as the rules of their projects say."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ahnb_platform.management.operator import prepared
from runs.life.retention import projects_with_rules, retain
from runs.management.commands.seedruns import known_project


class Command(BaseCommand):
    help = "Put runs into the trash by the rules of their projects, as the schedule does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="TEAM/PROJECT", nargs="?", help="all without it")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")

    def handle(self, *, path: str | None, dry_run: bool, **_: Any) -> None:
        words = "would go" if dry_run else "put into the trash"
        with prepared():
            for project in [known_project(path)] if path else projects_with_rules():
                told = retain(project, timezone.now(), is_trial=dry_run)
                for one in told:
                    runs = f"{one.count:,} run{'s' * (one.count != 1)} {words}"
                    self.stdout.write(f"{project.path}: {one.rule}: {runs}")
                    if one.has_more:
                        self.stdout.write("  more wait: call it again")
