"""Ids of runs: UUIDs of version 7 (RFC 9562), made by clients."""

import os
import time
from typing import NamedTuple
from uuid import RFC_4122, UUID


class RunKey(NamedTuple):
    """What the heavy tables know a run by."""

    project_id: int
    id: UUID


def is_uuid7(value: UUID) -> bool:
    """Whether version and variant are those of a UUIDv7."""
    return value.version == 7 and value.variant == RFC_4122


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    head = milliseconds << 80 | 0x7 << 76 | (random >> 62 & 0xFFF) << 64
    return UUID(int=head | 0b10 << 62 | random & (1 << 62) - 1)
