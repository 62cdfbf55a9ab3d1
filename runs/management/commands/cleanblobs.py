"""Delete the bytes of files that no run has any more."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ahnb_platform.management.operator import prepared
from ahnb_platform.web.formats import size
from runs.artifacts.cleaning import clean

USUAL_HOURS = 24


class Command(BaseCommand):
    help = "Delete stored bytes that no file of a run points at, and what broken uploads left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--hours",
            type=int,
            default=USUAL_HOURS,
            help=f"leave alone what was used or sent within so many hours ({USUAL_HOURS})",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *_: Any, **options: Any) -> None:
        before = timezone.now() - timedelta(hours=max(options["hours"], 0))
        count = total = 0
        with prepared():
            for one in clean(before=before, is_trial=options["dry_run"]):
                count, total = count + 1, total + one.size_bytes
                self.stdout.write(f"{one.what}  {one.place}  {size(one.size_bytes)}")
        word = "would be deleted" if options["dry_run"] else "deleted"
        self.stdout.write(f"{count} {word}, {size(total)}")
