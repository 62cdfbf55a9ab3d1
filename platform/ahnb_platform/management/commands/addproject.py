"""`manage.py addproject`: a project in a team that exists."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ahnb_platform.accounts.models import Team
from ahnb_platform.errors import Invalid
from projects.models import Project
from projects.services import create_project

from ..operator import prepared


class Command(BaseCommand):
    help = "Make a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="TEAM/SLUG")

    def handle(self, *, path: str, **_: Any) -> None:
        with prepared():
            project = add(path)
        self.stdout.write(project.path)


def add(path: str) -> Project:
    """The new project of `team/slug`."""
    team_slug, _, slug = path.partition("/")
    team = Team.objects.filter(slug=team_slug).first()
    if team is None:
        raise Invalid(f"There is no team “{team_slug}”: adduser --team makes one.")
    return create_project(team=team, slug=slug, by=None)
