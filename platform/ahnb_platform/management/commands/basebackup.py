"""`manage.py basebackup`: where a recovery to a moment begins."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ahnb_platform.backups.errors import BackupError
from ahnb_platform.backups.physical import make_base_backup
from ahnb_platform.database.places import Places

from ..embedded_only import refuse_external


class Command(BaseCommand):
    help = "Copy the embedded PostgreSQL's files, verified; the server may go on working."
    requires_system_checks: tuple[()] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="a new folder")

    def handle(self, *_: Any, **options: Any) -> None:
        refuse_external()
        target = Path(options["target"]).absolute()
        try:
            make_base_backup(target, Places(Path(settings.DATA_DIR)))
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{target}: verified")
