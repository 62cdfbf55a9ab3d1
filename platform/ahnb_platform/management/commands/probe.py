"""`manage.py probe`: whether the server here answers, for containers that have no curl."""

import http.client
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from .serve import DEFAULT_PORT


class Command(BaseCommand):
    help = "End with 0 if the server on this machine answers, else with 1."
    requires_system_checks: tuple[()] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default: %(default)s")
        parser.add_argument("--ready", action="store_true", help="and reaches its database")

    def handle(self, *, port: int, ready: bool, **options: Any) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
        try:
            # As a proxy asks it, which has TLS behind itself.
            headers = {"X-Forwarded-Proto": "https"}
            client.request("GET", "/readyz" if ready else "/healthz", headers=headers)
            status = client.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise CommandError(f"Nothing answers on port {port} ({error})") from error
        finally:
            client.close()
        if status != 200:
            raise CommandError(f"The server answers {status}")
