"""`manage.py forgetfactors`: for somebody who lost the second factor and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ahnb_platform.identity.factors.services import forget_factors

from ..operator import known_person, prepared


class Command(BaseCommand):
    help = "Take all second factors from a person and end the sessions; be sure who asks for it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **_: Any) -> None:
        with prepared():
            count = forget_factors(user=known_person(email), by=None)
        self.stdout.write(f"{count} forgotten")
