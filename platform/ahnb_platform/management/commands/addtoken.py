"""`manage.py addtoken`: an API token; standard output carries its text alone."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ahnb_platform.accounts import tokens
from ahnb_platform.accounts.forms import LONGEST_TOKEN_DAYS
from ahnb_platform.accounts.models import Scope, User
from ahnb_platform.errors import Invalid, Missing
from projects.models import Project
from projects.queries import project_for_user

from ..operator import known_person, prepared


class Command(BaseCommand):
    help = "Make an API token for a person and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="where it is used")
        parser.add_argument(
            "--scope", action="append", choices=Scope.values, help="again for more; default: all"
        )
        parser.add_argument("--project", metavar="TEAM/SLUG", help="the only one it may see")
        parser.add_argument("--days", type=int, help="until it expires; default: never")

    def handle(
        self,
        *,
        email: str,
        name: str,
        scope: list[str] | None,
        project: str | None,
        days: int | None,
        **_: Any,
    ) -> None:
        with prepared():
            user = known_person(email)
            _token, text = tokens.issue_token(
                user=user,
                name=name,
                scopes=scope or Scope.values,
                by=None,
                project=seen_project(user, project) if project else None,
                expires_at=timezone.now() + lifetime(days) if days is not None else None,
            )
        self.stdout.write(text)


def seen_project(user: User, path: str) -> Project:
    try:
        return project_for_user(user, *path.partition("/")[::2])
    except Missing as error:
        raise Invalid(f"{user.email} sees no project “{path}”.") from error


def lifetime(days: int) -> timedelta:
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise Invalid(f"--days is 1 to {LONGEST_TOKEN_DAYS}.")
    return timedelta(days=days)
