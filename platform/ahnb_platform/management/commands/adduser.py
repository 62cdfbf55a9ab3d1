"""`manage.py adduser`: a person, with a way in."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from ahnb_platform.accounts import links, people, teams
from ahnb_platform.accounts.addresses import absolute
from ahnb_platform.accounts.models import Membership, Role, Team, User
from ahnb_platform.errors import Invalid

from ..operator import prepared

HELP = (
    "Add a person, or a known one to a team. The password is one line of standard input when that "
    "is no terminal; without one a one-time link is printed. Never asks."
)


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--superuser", action="store_true", help="may use the admin site")
        parser.add_argument("--team", metavar="SLUG", help="made when it is missing")
        parser.add_argument("--role", choices=Role.labels, help="in the team")

    def handle(
        self, *, email: str, superuser: bool, team: str | None, role: str | None, **_: Any
    ) -> None:
        with prepared():
            user, path = add(email, superuser, team, role, password_from_input())
        place = f", {role} of {team}" if team else ""
        self.stderr.write(f"{user.email}{place}", self.style.SUCCESS)
        if path:
            self.stderr.write(f"This link logs in once, within {span(links.usual_hours(user))}:")
            self.stdout.write(absolute(path))


@transaction.atomic
def add(
    email: str, superuser: bool, team_slug: str | None, role: str | None, password: str
) -> tuple[User, str]:
    """The person, and the path of a one-time link when there is no password."""
    if (team_slug is None) != (role is None):
        raise Invalid("--team and --role go together.")
    user, team = people.person_with_email(email), None
    if team_slug is not None:
        team = Team.objects.filter(slug=team_slug).first()
        team = team or teams.create_team(slug=team_slug, by=None)
    if user is None:
        user = people.create_person(email=email, by=None, home_team=team)
    if superuser:
        people.make_superuser(user=user, by=None)
    if team is not None and role is not None:
        join(team, user, Role[role.upper()])
    if password:
        people.set_password(user=user, password=password, by=None)
        return user, ""
    return user, links.make_login_link(user=user)


def span(hours: float) -> str:
    """As people say it."""
    return f"{hours:g} hours" if hours >= 1 else f"{hours * 60:g} minutes"


def join(team: Team, user: User, role: Role) -> None:
    """Make somebody a member with this role, whatever they were before."""
    if Membership.objects.filter(team=team, user=user).exists():
        teams.change_role(team=team, user=user, role=role, by=None)
    else:
        teams.add_member(team=team, user=user, role=role, by=None)


def password_from_input() -> str:
    """One line of standard input; empty at a terminal, which is never waited for."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    return sys.stdin.readline().rstrip("\r\n")
