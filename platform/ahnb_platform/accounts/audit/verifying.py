"""Walking the chain: is the record whole, and as it was written?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from ahnb_platform.errors import Invalid

from .content import FACTS, START, WORDS, Link

ROWS_AT_ONCE = 1000
WALK = f"""
    SELECT seal.seq, seal.previous, seal.hash, seal.salts, seal.digests, {", ".join(FACTS + WORDS)}
    FROM accounts_auditseal seal LEFT JOIN accounts_auditevent event ON event.id = seal.event_id
    WHERE seal.seq > %s ORDER BY seal.seq LIMIT {ROWS_AT_ONCE}
"""  # noqa: S608 - of constants
OUTSIDE = """
    SELECT min(event.id) FROM accounts_auditevent event
    LEFT JOIN accounts_auditseal seal ON seal.event_id = event.id WHERE seal.seq IS NULL
"""
TOLD_ERASED = """
    SELECT coalesce(sum((data->>'fields')::bigint), 0) FROM accounts_auditevent
    WHERE action = 'person.erased'
"""
HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True)
class Head:
    """The end of the chain at a moment; whoever notes it can prove later that nothing is gone."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"

    @classmethod
    def read(cls, text: str) -> Head:
        """The head as it was printed. Raises Invalid."""
        match = HEAD.fullmatch(text.strip())
        if match is None:
            raise Invalid("A head is a number, a colon and 64 hexadecimal digits.", code="head")
        return cls(int(match[1]), bytes.fromhex(match[2]))


@dataclass(frozen=True)
class Verdict:
    """What a walk found.

    Attributes:
        head: of the rows that fit.
        fault: the first thing that is wrong, as a sentence; "" for nothing.
        erased: words about people that were erased with a record of it.
    """

    head: Head
    fault: str
    erased: int = 0


def verify(since: Head | None = None) -> Verdict:
    """Walk the whole chain, some rows at a time.

    Args:
        since: a head noted earlier, which the chain must still hold.
    """
    head, erased = Head(0, START), 0
    for link in _links():
        if fault := _fault(link, head, since):
            return Verdict(head, fault, erased)
        head = Head(link.seq, link.hash)
        erased += link.erased_words
    return Verdict(head, _fault_of_all(head, since, erased), erased)


def _links() -> Iterator[Link]:
    seq, facts = 0, 5 + len(FACTS)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(WALK, [seq])
            rows = cursor.fetchall()
        for row in rows:
            digests = tuple(map(bytes, row[4]))
            hashes = bytes(row[1]), bytes(row[2])
            yield Link(row[0], *hashes, tuple(row[3]), digests, row[5:facts], row[facts:])
        if len(rows) < ROWS_AT_ONCE:
            return
        seq = rows[-1][0]


def _fault(link: Link, head: Head, since: Head | None) -> str:
    """What is wrong with a row that should follow `head`."""
    due = head.seq + 1
    if link.seq > due:
        gone = f"row {due} is" if link.seq == due + 1 else f"rows {due} to {link.seq - 1} are"
        return f"{gone} missing"
    if link.facts[0] is None:
        return f"the event of row {link.seq} is missing"
    if link.changed_words:
        return f"row {link.seq} was changed: {', '.join(link.changed_words)}"
    if link.hash != link.expected_hash:
        return f"row {link.seq} was changed"
    if link.previous != head.hash:
        return f"row {link.seq} does not follow row {head.seq}: rows were moved or left out"
    if since and link.seq == since.seq and link.hash != since.hash:
        return f"row {link.seq} is not the one that was noted: the chain was written anew"
    return ""


def _fault_of_all(head: Head, since: Head | None, erased: int) -> str:
    """What is wrong though every row follows the one before."""
    if since and since.seq > head.seq:
        return f"rows {head.seq + 1} to {since.seq} are missing: they had been noted"
    if (outside := _number(OUTSIDE)) is not None:
        return f"event {outside} is not in the chain"
    if (told := _number(TOLD_ERASED)) != erased:
        return f"{erased} words were erased, but the record tells of {told}"
    return ""


def _number(statement: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return None if row is None or row[0] is None else int(row[0])
