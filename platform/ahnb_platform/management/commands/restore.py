"""`manage.py restore`: a backup into an empty database and an empty storage."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from ahnb_platform import env, secretkey, serving
from ahnb_platform.backups.errors import BackupError
from ahnb_platform.backups.restoring import restore_backup, restore_secret_key


class Command(BaseCommand):
    help = "Restore a backup; refused unless the database and the storage are empty."
    requires_system_checks: tuple[()] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *_: Any, **options: Any) -> None:
        source = Path(options["source"]).absolute()
        try:
            manifest = restore_backup(source, database=connection, storage=storages["default"])
            serving.migrate()
            key = restore_secret_key(source, Path(settings.DATA_DIR) / secretkey.NAME)
        except (BackupError, OperationalError, OSError) as error:
            raise CommandError(" ".join(str(error).split())) from error
        rows, files = sum(manifest.rows.values()), len(manifest.stored)
        self.stdout.write(f"Restored {rows:,} rows and {files:,} files of {manifest.made_at}")
        if not key:
            self.stdout.write(
                "The backup has no secret key. Second factors, providers' secrets, webhooks and "
                "sessions need that of the server it was made of: put it into "
                f"{Path(settings.DATA_DIR) / secretkey.NAME} or AHNB_SECRET_KEY before the start."
            )
        if key and env.text("AHNB_SECRET_KEY"):
            self.stdout.write("AHNB_SECRET_KEY is set and is used instead of the backup's key.")
