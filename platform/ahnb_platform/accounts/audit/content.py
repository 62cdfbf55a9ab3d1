"""What of an event is hashed: the same bytes as the functions `ahnb_audit_…` of the database.

A value is written as its length in bytes, a colon, and itself in UTF-8; NULL as `-`. The words
about people (`PERSONAL`) go in as salted digests, so that they can be erased and the hash of the
row still be checked.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

PERSONAL = ("actor_label", "target_label", "data", "ip")
START = bytes(32)

# An event as the columns of `Link` want it: each value in the one form that is hashed.
FACTS = (
    "event.id::text",
    "(extract(epoch FROM event.at) * 1000000)::bigint::text",
    "event.actor_id::text",
    "event.token_prefix",
    "event.action",
    "event.team_id::text",
    "event.target_type",
    "event.target_id",
    "event.request_id",
)
WORDS = ("event.actor_label", "event.target_label", "event.data::text", "host(event.ip)")


@dataclass(frozen=True)
class Link:
    """One row of the chain with its event; `facts` begins with None where that is gone."""

    seq: int
    previous: bytes
    hash: bytes
    salts: tuple[UUID | None, ...]
    digests: tuple[bytes, ...]
    facts: tuple[str | None, ...]
    words: tuple[str | None, ...]

    @property
    def expected_hash(self) -> bytes:
        """What `hash` must be."""
        digests = [digest.hex() for digest in self.digests]
        return sha256(self.previous.hex(), *self.facts, *digests)

    @property
    def changed_words(self) -> list[str]:
        """Which of the words about people are not those that were recorded."""
        found = zip(PERSONAL, self.words, self.salts, self.digests, strict=True)
        return [
            name
            for name, word, salt, digest in found
            if salt is not None and sha256(str(salt), word) != digest
        ]

    @property
    def erased_words(self) -> int:
        return self.salts.count(None)


def sha256(*values: str | None) -> bytes:
    """Of the values, each framed so that none runs into the next."""
    return hashlib.sha256(b"".join(map(_framed, values))).digest()


def _framed(value: str | None) -> bytes:
    if value is None:
        return b"-"
    data = value.encode()
    return b"%d:%s" % (len(data), data)
