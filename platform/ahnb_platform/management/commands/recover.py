"""`manage.py recover`: the embedded PostgreSQL as it was at a moment."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ahnb_platform import serving
from ahnb_platform.backups.errors import BackupError
from ahnb_platform.backups.physical import recover
from ahnb_platform.database.archiving import VARIABLE, archive_folder
from ahnb_platform.database.places import Places

from ..embedded_only import refuse_external


def moment(text: str) -> datetime:
    """A time with its offset from UTC, as an argument."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time like 2026-11-27T14:30:00+00:00") from None
    if found.tzinfo is None:
        raise ArgumentTypeError(f"{text!r} lacks its offset from UTC, such as +00:00")
    return found


class Command(BaseCommand):
    help = "Recover the embedded PostgreSQL into an empty AHNB_DATA_DIR."
    requires_system_checks: tuple[()] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("base", type=Path, help="what `manage.py basebackup` wrote")
        parser.add_argument("--to", type=moment, help="the moment (default: all that is archived)")
        parser.add_argument(
            "--archive", type=Path, default=archive_folder(), help=f"default: {VARIABLE}"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        refuse_external()
        if options["archive"] is None:
            raise CommandError(f"Name the archive by --archive or {VARIABLE}")
        base, archive = Path(options["base"]).absolute(), Path(options["archive"]).absolute()
        places = Places(Path(settings.DATA_DIR))
        try:
            last = recover(base, archive, places, to=options["to"])
            serving.migrate()
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        until = f"; its last change is of {last.isoformat()}" if last else ""
        self.stdout.write(f"Recovered into {places.cluster}{until}")
