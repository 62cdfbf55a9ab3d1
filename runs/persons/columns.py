"""Every column of the database that holds text, whatever app it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models

from ahnb_platform.accounts.models import AuditEvent, AuditSeal, CacheRow, User

# The record of acts has rules of its own; of the account every column is set; the cache is hashed.
ELSEWHERE = (AuditEvent, AuditSeal, User, CacheRow)
TEXT = re.compile(r"(varchar(\(\d+\))?|text|jsonb)(\[\])?")


@dataclass(frozen=True)
class Column:
    """A column of text, JSON, or an array of texts."""

    model: type[models.Model]
    name: str
    type: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def replace(self, pattern: str, words: str, *, within: str = "TRUE", flags: str = "g") -> int:
        """Put `words` in the place of what a regular expression of PostgreSQL finds; rows changed.

        Args:
            within: a condition on the rows.
        """
        column = f'"{self.name}"'
        matches = "~*" if "i" in flags else "~"
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{self.table}" SET {column} ='  # noqa: S608 - names of our own tables
                f" regexp_replace({column}::text, %s, %s, %s)::{self.type}"
                f" WHERE {column}::text {matches} %s AND {within}",
                [pattern, words, flags, pattern],
            )
            count: int = cursor.rowcount
        return count


def text_columns(app: str = "") -> Iterator[Column]:
    """Of all tables that Django manages, or of one app's."""
    for model in apps.get_models(include_auto_created=True):
        if model in ELSEWHERE or not model._meta.managed or app not in ("", model._meta.app_label):
            continue
        for field in model._meta.local_concrete_fields:
            kind = field.db_type(connection) or ""
            if TEXT.fullmatch(kind):
                yield Column(model, str(field.column), kind)
