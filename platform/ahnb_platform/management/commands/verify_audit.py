"""`manage.py verify_audit`: whether the record of acts is whole and unchanged."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ahnb_platform.accounts.audit.verifying import Head, verify

from ..operator import prepared


class Command(BaseCommand):
    help = (
        "Walk the record of acts and tell the first row that is missing, moved or changed; then "
        "the status is 1. Prints the head: note it elsewhere, and no later loss goes unseen."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", metavar="HEAD", help="a head that was printed earlier")

    def handle(self, *, since: str | None, **_: Any) -> None:
        with prepared():
            verdict = verify(Head.read(since) if since else None)
        if verdict.fault:
            raise CommandError(f"The record does not hold: {verdict.fault}.")
        erased = f" {verdict.erased} words about erased people are gone." if verdict.erased else ""
        self.stderr.write(f"{verdict.head.seq} rows hold.{erased}", self.style.SUCCESS)
        self.stdout.write(str(verdict.head))
