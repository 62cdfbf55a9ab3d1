"""What Django's test cases and clients do with each test, in less time and to the same end."""

from copy import copy
from functools import cache
from typing import Any

from django.db import connections, transaction
from django.test import TransactionTestCase, client
from django.test.utils import ContextList

# Filled by `migrate`, the same for every test; Django's flush would make them anew each time.
KEPT = {"django_content_type", "auth_permission"}
# From these nothing is ever deleted; a trigger sees to that.
APPENDED = {"accounts_auditevent", "accounts_auditseal"}
# Up to so many bytes rows are deleted sooner than a new file is made for the table.
SMALL = 1 << 20


def be_quick() -> None:
    """Empty the database as below, and keep the context of a page alone."""
    TransactionTestCase._fixture_teardown = _empty_databases  # type: ignore[attr-defined]
    client.store_rendered_templates = _store_page  # type: ignore[attr-defined]


def _empty_databases(test: Any) -> None:
    """In the place of Django's flush, after a test that commits."""
    for name in test._databases_names(include_mirrors=False):
        empty_database(name)


def empty_database(name: str) -> None:
    """Delete the rows of all models; as with TRUNCATE, whoever still writes is waited for."""
    with transaction.atomic(using=name), connections[name].cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname), pg_relation_size(oid) FROM pg_class"
            " WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)"
            " AND pg_relation_size(oid) > 0",
            [_tables(name)],
        )
        filled = dict(cursor.fetchall())
        if not filled:
            return
        cursor.execute(f"LOCK TABLE {', '.join(filled)} IN ACCESS EXCLUSIVE MODE")
        large = {table for table, size in filled.items() if size > SMALL or table in APPENDED}
        if large:
            cursor.execute(f"TRUNCATE {', '.join(large)} CASCADE")
        for table in filled.keys() - large:
            cursor.execute(f"DELETE FROM {table}")


@cache
def _tables(name: str) -> list[str]:
    found = connections[name].introspection.django_table_names(
        only_existing=True, include_views=False
    )
    return sorted(set(found) - KEPT)


def _store_page(store: dict[str, Any], template: Any, context: Any, **_: Any) -> None:
    """The page's own context alone; Django would copy it again for every part of the page."""
    store.setdefault("templates", []).append(template)
    if "context" not in store:
        store["context"] = ContextList([copy(context)])
