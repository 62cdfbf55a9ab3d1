"""`manage.py distribute`: spread the heavy tables over the machines of a Citus cluster."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...spreading import SHARDS, NoCitusError, steps, take


class Command(BaseCommand):
    help = "Spread the heavy tables over a Citus cluster by project; what is spread stays so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shards", type=int, default=SHARDS, help="default: %(default)s")
        parser.add_argument("--plan", action="store_true", help="print the statements only")

    def handle(self, *, shards: int, plan: bool, **options: Any) -> None:
        try:
            todo = list(steps(shards))
        except NoCitusError as error:
            raise CommandError(
                "This PostgreSQL has no Citus. On every node: CREATE EXTENSION citus; then "
                "name the coordinator in DATABASE_URL."
            ) from error
        for step in todo:
            if plan:
                self.stdout.write(f"{step};")
            else:
                take(step)
                self.stdout.write(f"{step.table} is spread")
        if not todo:
            self.stdout.write("All tables are spread already.")
