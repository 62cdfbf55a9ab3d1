"""`manage.py setquota`: what a team or a project may have at most."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ahnb_platform.accounts.models import Team
from ahnb_platform.errors import Invalid
from ahnb_platform.management.operator import prepared
from runs.life.quotas import set_project_quota, set_team_quota
from runs.management.commands.seedruns import known_project

GIGABYTE = 1_000_000_000


class Command(BaseCommand):
    help = "Limit the runs, points and files of a team or project; what is left out has no limit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="TEAM[/PROJECT]")
        parser.add_argument("--runs", type=int, metavar="N")
        parser.add_argument("--points", type=int, metavar="N")
        parser.add_argument("--gigabytes", type=float, metavar="N", help="of files")

    def handle(
        self, *, path: str, runs: int | None, points: int | None, gigabytes: float | None, **_: Any
    ) -> None:
        size = None if gigabytes is None else int(gigabytes * GIGABYTE)
        limits = {"runs": runs, "points": points, "bytes": size}
        with prepared():
            if "/" in path:
                set_project_quota(project=known_project(path), by=None, **limits)
            else:
                set_team_quota(team=_known_team(path), by=None, **limits)
        told = [f"{limit:,} {what}" for what, limit in limits.items() if limit is not None]
        self.stdout.write(f"{path}: {', '.join(told) or 'no limit'}")


def _known_team(slug: str) -> Team:
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise Invalid(f"There is no team “{slug}”.")
    return team
