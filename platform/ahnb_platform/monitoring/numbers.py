"""Numbers that the database knows; apps register what they can tell, and each scrape asks."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection

from ahnb_platform.database.places import Places
from ahnb_platform.database.postmaster import is_answering


@dataclass(frozen=True)
class Number:
    """A gauge: its rows by the value of one label; without a label the only key is "".

    Attributes:
        kind: "gauge", or "counter" for what only grows.
    """

    name: str
    help: str
    rows: Mapping[str, float]
    label: str = ""
    kind: str = "gauge"


Source = Callable[[], Iterable[Number]]
_sources: list[Source] = []


def tell(source: Source) -> Source:
    """Ask `source` at each scrape."""
    if source not in _sources:
        _sources.append(source)
    return source


def written() -> str:
    """All of them in the text format of Prometheus; few where the database does not answer."""
    return "".join(_text(number) for number in _known())


def _known() -> list[Number]:
    found = [*_process()]
    try:
        for source in (_database, *_sources):
            found += source()
    except DatabaseError:
        return [*found, _up(0)]
    return [*found, _up(1)]


def _up(value: int) -> Number:
    return Number("ahnb_database_up", "Whether the database answers.", {"": value})


def _process() -> Iterable[Number]:
    yield Number("ahnb_scrape_time_seconds", "When this was told.", {"": round(time.time(), 3)})
    if "DATA_DIR" in settings.DATABASES["default"]:
        answers = is_answering(Places(Path(settings.DATA_DIR)).socket)
        words = "Whether the embedded PostgreSQL answers."
        yield Number("ahnb_embedded_postgresql_up", words, {"": int(answers)})


def _database() -> Iterable[Number]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield Number("ahnb_database_bytes", "Size of the database.", {"": cursor.fetchone()[0]})
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        rows = dict(cursor.fetchall())
        words = "Connections to the database, by what they do."
        yield Number("ahnb_database_connections", words, rows, "state")
    for label, name in (("accounts.User", "ahnb_users"), ("accounts.Team", "ahnb_teams")):
        model: Any = apps.get_model(label)
        words = f"{model._meta.verbose_name_plural.capitalize()}."
        yield Number(name, words, {"": model._default_manager.count()})


def _text(number: Number) -> str:
    lines = [f"# HELP {number.name} {number.help}", f"# TYPE {number.name} {number.kind}"]
    for value, count in sorted(number.rows.items()):
        label = f'{{{number.label}="{_escaped(value)}"}}' if number.label else ""
        lines.append(f"{number.name}{label} {count}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
