"""`manage.py seedruns`: made-up runs, to see a large project before one has it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ahnb_platform.errors import Invalid
from ahnb_platform.management.operator import prepared
from projects.models import Project
from runs.seeding import seed_runs


class Command(BaseCommand):
    help = "Add made-up finished runs to a project, with parameters, metrics and curves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="TEAM/PROJECT")
        parser.add_argument("count", metavar="N", type=int)

    def handle(self, *, path: str, count: int, **_: Any) -> None:
        with prepared():
            project = known_project(path)
            seed_runs(project=project, count=count)
        self.stdout.write(f"{count} runs in {project.path}")


def known_project(path: str) -> Project:
    """The project of `team/project`. Raises Invalid."""
    team_slug, _, slug = path.partition("/")
    projects = Project.objects.select_related("team")
    project = projects.filter(team__slug=team_slug, slug=slug).first()
    if project is None:
        raise Invalid(f"There is no project “{path}”: addproject makes one.")
    return project
