"""`manage.py eraseperson`: forget a person for good."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ahnb_platform.management.operator import known_person, prepared
from runs.persons.erasing import erase_person


class Command(BaseCommand):
    help = (
        "Forget a person for good: the account, its sessions and tokens go, runs, notes and quotes "
        "have a nameless author, and no text of the database names them. Cannot be undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do it; nobody is asked")

    def handle(self, *, email: str, yes: bool, **_: Any) -> None:
        with prepared():
            user = known_person(email)
            if not yes:
                raise CommandError(f"This forgets {user.email} for good. Say --yes to do it.")
            erased = erase_person(user=user, by=None)
        self.stderr.write(
            f"Forgotten. In their place stands “{erased.label}”; {erased.words} words of the"
            " record are gone. Backups made before keep theirs.",
            self.style.SUCCESS,
        )
