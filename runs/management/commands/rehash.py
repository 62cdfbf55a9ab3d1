"""`manage.py rehash`: hash anew what runs share, as this version of the program does."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from ahnb_platform.management.operator import prepared
from ahnb_platform.web.formats import counted
from projects.models import Project
from runs.ids import RunKey
from runs.management.commands.seedruns import known_project
from runs.models import Run
from runs.rehashing import rehash_run

AT_ONCE = 500


class Command(BaseCommand):
    help = "Hash anew what runs share: architecture, weights, data, code. A second call is idle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", metavar="TEAM/PROJECT", help="all without it")

    def handle(self, *, project: str | None, **_: Any) -> None:
        with prepared():
            read = changed = 0
            for one in _projects(project):
                for run_id in _ids(one.pk):
                    changed += bool(rehash_run(RunKey(one.pk, run_id)))
                    read += 1
            self.stdout.write(f"{counted(read, 'run')} read, {changed:,} brought up to date.")


def _projects(path: str | None) -> list[Project]:
    return [known_project(path)] if path else list(Project.objects.order_by("pk"))


def _ids(project_id: int) -> Iterator[UUID]:
    """All runs, the first ones first, since theirs are the numbers that stay."""
    rows = Run.objects.filter(project_id=project_id).order_by("number").values_list("number", "id")
    part = list(rows[:AT_ONCE])
    while part:
        yield from (run_id for _, run_id in part)
        part = list(rows.filter(number__gt=part[-1][0])[:AT_ONCE])
