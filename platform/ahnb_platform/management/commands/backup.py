"""`manage.py backup`: the database and the storage, while the server goes on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from ahnb_platform.backups.errors import BackupError
from ahnb_platform.backups.making import make_backup
from ahnb_platform.errors import one_line


class Command(BaseCommand):
    help = "Write a consistent backup; the server may go on working."
    requires_system_checks: tuple[()] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="a new folder, or a file that ends in .tar")
        parser.add_argument(
            "--with-secret-key",
            action="store_true",
            help="include the key that signs sessions: whoever reads it may forge them",
        )
        parser.add_argument(
            "--digests",
            action="store_true",
            help="also hash every row, so that the restore compares them all",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        target = Path(options["target"]).absolute()
        try:
            manifest = make_backup(
                target,
                database=connection,
                storage=storages["default"],
                secret_key=settings.SECRET_KEY if options["with_secret_key"] else "",
                with_digests=options["digests"],
            )
        except (BackupError, OperationalError, OSError) as error:
            raise CommandError(one_line(error)) from error
        rows, files = sum(manifest.rows.values()), len(manifest.stored)
        self.stdout.write(f"{target}: {rows:,} rows, {files:,} files")
