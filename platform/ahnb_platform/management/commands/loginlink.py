"""`manage.py loginlink`: a way in for somebody who is known already."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ahnb_platform.accounts import links
from ahnb_platform.accounts.addresses import absolute

from ..operator import known_person, prepared


class Command(BaseCommand):
    help = "Print a link that logs a person in once, without asking for a new password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--hours",
            type=float,
            default=links.SHORT_HOURS,
            help="until it expires; default: a quarter, to be opened at once",
        )

    def handle(self, *, email: str, hours: float, **_: Any) -> None:
        with prepared():
            user = known_person(email)
            path = links.make_login_link(user=user, asks_password=False, hours=hours)
        self.stdout.write(absolute(path))
