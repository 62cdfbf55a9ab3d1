"""`manage.py approvedomain`: let a team's provider log in everybody of a domain."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ahnb_platform.errors import Invalid
from ahnb_platform.identity.models import Domain
from ahnb_platform.identity.sso.connections import approve_domain

from ..operator import prepared


class Command(BaseCommand):
    help = (
        "Approve a domain that a team claimed: its provider logs in everybody with such an "
        "address, also into accounts that exist. Make sure that the domain is theirs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("team", metavar="TEAM")
        parser.add_argument("domain")

    def handle(self, *, team: str, domain: str, **_: Any) -> None:
        with prepared():
            claims = Domain.objects.filter(connection__team__slug=team, name=domain.lower())
            found = claims.select_related("connection__team").first()
            if found is None:
                raise Invalid(f"The team {team} has not claimed {domain}.")
            approve_domain(domain=found, by=None)
            provider = found.connection.provider
        self.stdout.write(f"{found.name}: {provider} vouches for its people now")
