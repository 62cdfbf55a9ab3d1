"""`manage.py exportperson`: all that the server keeps of a person, as a zip."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.addresses import absolute
from ahnb_platform.management.operator import known_person, prepared
from runs.persons.exporting import export_of


class Command(BaseCommand):
    help = "Write all that the server keeps of a person to a file: JSON and CSV in one zip."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("file", type=Path, help="a new file; - for standard output")

    def handle(self, *, email: str, file: Path, **_: Any) -> None:
        with prepared():
            user = known_person(email)
            audit.record("export.person", by=None, target=user)
            parts = export_of(user, server=absolute(""))
            if str(file) == "-":
                sys.stdout.buffer.writelines(parts)
                return
            try:
                with file.open("xb") as target:
                    target.writelines(parts)
            except OSError as error:
                raise CommandError(f"{file}: {error.strerror}.") from error
        self.stderr.write(f"{file}: all of {user.email}", self.style.SUCCESS)
