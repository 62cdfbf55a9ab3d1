"""A person's data to take away: what the server keeps of them, as JSON and CSV in one zip."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from ahnb_platform.accounts.models import ApiToken, AuditEvent, Membership, User
from ahnb_platform.api.answers import dumps
from ahnb_platform.web.sheets import csv_rows
from projects.models import ProjectShare, SavedView

from ..archive.snapshot import snapshot
from ..archive.zipping import StreamedZip
from ..models import Artifact, Mute, Note, Quote, Run

FORMAT = 1
ROWS_AT_ONCE = 500
TIMES = ("created_at", "started_at", "finished_at")
PROFILE = ("id", "email", "name", "time_zone", "is_active", "is_superuser", "created_at")
TOKEN = ("name", "prefix", "scopes", "project__slug", "created_at", "expires_at", "revoked_at")
RUN = ("project_id", "id", "number", "name", "group", "tags", "notes", "status", *TIMES, "params")
TARGET = ("target_type", "target_id", "target_label")
EVENT = ("at", "actor_label", "action", *TARGET, "data", "ip", "request_id")


@dataclass(frozen=True)
class Table:
    """Rows of one kind; `columns` are lookups, and the names in the file."""

    name: str
    rows: QuerySet[Any]
    columns: tuple[str, ...]

    def documents(self) -> Iterator[dict[str, Any]]:
        found = self.rows.order_by("pk").values_list(*self.columns)
        for row in found.iterator(chunk_size=ROWS_AT_ONCE):
            yield dict(zip(self.columns, row, strict=True))


def export_of(user: User, *, server: str) -> Iterator[bytes]:
    """The bytes of a zip, made as they are taken.

    Args:
        server: its address, for the reader.
    """
    with snapshot():
        at = timezone.now()
        made = StreamedZip(at)
        for table in tables_of(user):
            yield from made.add(f"{table.name}.json", _as_json(table.documents()))
            yield from made.add(f"{table.name}.csv", _as_csv(table))
        about = {"format": "ahnb-person", "version": FORMAT, "exported_at": at, "server": server}
        yield from made.add("manifest.json", [dumps({**about, "files": made.files})])
        yield made.close()


def tables_of(user: User) -> list[Table]:
    """What is kept of a person; of tokens never the secret or its digest."""
    acted = Q(actor_id=user.pk) | Q(target_type="accounts.user", target_id=str(user.pk))
    mine = {"user_id": user.pk}
    of_run = ("project_id", "run_id")
    return [
        Table(
            "profile",
            User.objects.filter(pk=user.pk),
            PROFILE,
        ),
        Table(
            "memberships", Membership.objects.filter(**mine), ("team__slug", "role", "created_at")
        ),
        Table(
            "shares",
            ProjectShare.objects.filter(**mine),
            ("project__team__slug", "project__slug", "role", "created_at"),
        ),
        Table(
            "tokens",
            ApiToken.objects.filter(**mine),
            TOKEN,
        ),
        Table(
            "views",
            SavedView.objects.filter(owner_id=user.pk),
            ("project__team__slug", "project__slug", "name", "address", "is_shared", "created_at"),
        ),
        Table(
            "runs",
            Run.objects.filter(**mine),
            RUN,
        ),
        Table(
            "notes",
            Note.objects.filter(**mine),
            (*of_run, "step", "text", "created_at", "edited_at"),
        ),
        Table(
            "quotes",
            Quote.objects.filter(**mine),
            (*of_run, "number", "metric", "part", "step", "value", "created_at"),
        ),
        Table(
            "files",
            Artifact.objects.filter(**mine),
            (*of_run, "name", "version", "bytes", "sha256", "created_at"),
        ),
        Table("mutes", Mute.objects.filter(**mine), (*of_run, "rule", "reason", "created_at")),
        Table(
            "events",
            AuditEvent.objects.filter(acted),
            EVENT,
        ),
    ]


def _as_json(documents: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    begin = b"[\n"
    for document in documents:
        yield begin + dumps(document)
        begin = b",\n"
    yield b"\n]\n" if begin == b",\n" else b"[]\n"


def _as_csv(table: Table) -> Iterator[bytes]:
    rows = (list(map(_cell, document.values())) for document in table.documents())
    for line in csv_rows(itertools.chain([table.columns], rows)):
        yield line.encode()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return dumps(value).decode()
    return "" if value is None else value if isinstance(value, int | float) else str(value)
