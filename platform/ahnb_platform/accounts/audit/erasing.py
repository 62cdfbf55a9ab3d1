"""Taking the words about a person out of the record; the chain over it still holds.

First the salts go and then the words, as the database demands. What stays are digests that
nobody can guess the words from, and `actor_id`, the number of an account that says no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from .content import PERSONAL

ACTED = "event.actor_id = %(person)s"
AIMED_AT = "(event.target_type = 'accounts.user' AND event.target_id = %(number)s)"
OF_OWN_KEY = """(event.target_type = 'accounts.apitoken' AND event.target_id IN
    (SELECT id::text FROM accounts_apitoken WHERE user_id = %(person)s))"""
NAMED = "event.{column}::text ~* %(pattern)s"
REPLACED = "regexp_replace({column}::text, %(pattern)s, %(label)s, 'gi')"
# A single name is a common word; it is looked for where the person acted or was acted on alone.
DATA_NAMED = f"(event.data::text ~* %(pattern)s OR (({ACTED} OR {AIMED_AT}) AND {{own}}))"


@dataclass(frozen=True)
class Erasure:
    """Whom to forget.

    Attributes:
        person: the id of the account.
        label: what stands in the place of the person from now on.
        pattern: a regular expression of PostgreSQL that finds their address and their whole name.
        name: the name alone, as JSON; empty without one.
    """

    person: int
    label: str
    pattern: str
    name: str = ""


def erase_words(erasure: Erasure) -> int:
    """How many words went that had not gone before; inside a transaction."""
    own = "position(%(name)s IN event.data::text) > 0" if erasure.name else "FALSE"
    own_data = REPLACED.format(column="data")
    own_data = f"replace({own_data}, %(name)s, to_json(%(label)s::text)::text)::jsonb"
    data = own_data if erasure.name else f"{REPLACED.format(column='data')}::jsonb"
    target = NAMED.format(column="target_label")
    whole = f"CASE WHEN {AIMED_AT} THEN %(label)s ELSE {REPLACED.format(column='target_label')} END"
    columns = {
        "actor_label": (f"({ACTED} OR {NAMED.format(column='actor_label')})", "%(label)s"),
        "target_label": (f"({AIMED_AT} OR {target})", f"left({whole}, 300)"),
        "data": (DATA_NAMED.format(own=own), data),
        "ip": (ACTED, "NULL"),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ahnb.erasing', 'on', true)")
        tokens = _erase(erasure, "target_label", OF_OWN_KEY, "%(label)s")
        found = [_erase(erasure, name, *how) for name, how in columns.items()]
        cursor.execute("SELECT set_config('ahnb.erasing', 'off', true)")
    return tokens + sum(found)


def _erase(erasure: Erasure, column: str, where: str, words: str) -> int:
    given: dict[str, Any] = {**vars(erasure), "number": str(erasure.person)}
    place = PERSONAL.index(column) + 1
    chosen = f"SELECT event.id FROM accounts_auditevent event WHERE {where}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_auditseal SET salts[{place}] = NULL"  # noqa: S608 - of constants
            f" WHERE salts[{place}] IS NOT NULL AND event_id IN ({chosen})",
            given,
        )
        count: int = cursor.rowcount
        cursor.execute(
            f"UPDATE accounts_auditevent event SET {column} = {words} WHERE {where}",  # noqa: S608
            given,
        )
    return count
