"""`manage.py restore`: a backup into an empty database and an empty storage."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, connections

from ahnb_platform import env, secretkey, serving
from ahnb_platform.backups.errors import BackupError
from ahnb_platform.backups.restoring import restore_backup, restore_secret_key
from ahnb_platform.database import embedded
from ahnb_platform.database.places import Places
from ahnb_platform.errors import one_line

from ..embedded_only import is_embedded


class Command(BaseCommand):
    help = "Restore a backup; refused unless the database and the storage are empty."
    requires_system_checks: tuple[()] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *_: Any, **options: Any) -> None:
        source = Path(options["source"]).absolute()
        try:
            with new_cluster_discarded():
                manifest = restore_backup(source, database=connection, storage=storages["default"])
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(one_line(error)) from error
        bring_up_to_date()
        rows, files = sum(manifest.rows.values()), len(manifest.stored)
        self.stdout.write(f"Restored {rows:,} rows and {files:,} files of {manifest.made_at}")
        self.tell_of_key(source)

    def tell_of_key(self, source: Path) -> None:
        place = Path(settings.DATA_DIR) / secretkey.NAME
        try:
            key = restore_secret_key(source, place)
        except (BackupError, OSError) as error:
            raise CommandError(
                f"All is restored but the backup's secret key ({one_line(error)}): put it into "
                f"{place}"
            ) from error
        if not key:
            self.stdout.write(
                "The backup has no secret key. Second factors, providers' secrets, webhooks and "
                "sessions need that of the server it was made of: put it into "
                f"{place} or AHNB_SECRET_KEY before the start."
            )
        if key and env.text("AHNB_SECRET_KEY"):
            self.stdout.write("AHNB_SECRET_KEY is set and is used instead of the backup's key.")


@contextmanager
def new_cluster_discarded() -> Iterator[None]:
    """Where the data directory had no embedded PostgreSQL, a failure leaves it without one."""
    places = Places(Path(settings.DATA_DIR))
    is_new = is_embedded() and not places.cluster.exists()
    try:
        yield
    except BaseException:
        if is_new:
            connections.close_all()
            embedded.discard(places)
        raise


def bring_up_to_date() -> None:
    """The tables of an older backup. Raises CommandError that says how to go on."""
    try:
        serving.migrate()
    except (CommandError, DatabaseError, OSError) as error:
        raise CommandError(
            f"All rows and files are restored, but not brought up to date ({one_line(error)}): "
            "`manage.py migrate` goes on from there"
        ) from error
