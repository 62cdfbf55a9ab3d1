"""Exactly once: which writer sent what under which sequence number, and what was refused of it.

Fresh records lie with the tail's rows; when those are drained they move into pages of a writer.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray

from .codec import Reader
from .records import Place
from .sql import Cursor, insert_rows

FORMAT = 1
PAGE = 1024
RECORD = np.dtype([("writer", "V16"), ("seq", "<i8"), ("digest", "V8")])
SLOT = np.dtype([("used", "?"), ("digest", "V8")])


class Delivery(NamedTuple):
    writer: UUID
    seq: int
    digest: bytes
    rejected: list[dict[str, Any]]


def encode_deliveries(deliveries: list[Delivery]) -> bytes:
    rejected = {str(at): one.rejected for at, one in enumerate(deliveries) if one.rejected}
    records = b"".join(
        one.writer.bytes + struct.pack("<q", one.seq) + one.digest for one in deliveries
    )
    return struct.pack("<I", len(deliveries)) + records + _encode_rejected(rejected)


def decode_deliveries(data: bytes | memoryview) -> list[Delivery]:
    reader = Reader(data)
    (count,) = reader.unpack("<I")
    records = [reader.unpack("<16sq8s") for _ in range(count)]
    rejected = _decode_rejected(reader)
    return [
        Delivery(UUID(bytes=writer), seq, digest, rejected.get(str(at), []))
        for at, (writer, seq, digest) in enumerate(records)
    ]


def find_delivery(cursor: Cursor, place: Place, writer: UUID, seq: int) -> Delivery | None:
    """What was stored under this sequence number."""
    cursor.execute(
        "SELECT deliveries FROM runs_metrictail WHERE project_id = %s AND run_id = %s",
        place,
    )
    for (data,) in cursor.fetchall():
        for one in decode_deliveries(data):
            if (one.writer, one.seq) == (writer, seq):
                return one
    slots, rejected = _load_page(cursor, place, writer, seq // PAGE)
    slot = slots[seq % PAGE]
    if not slot["used"]:
        return None
    return Delivery(writer, seq, bytes(slot["digest"]), rejected.get(str(seq), []))


def file_deliveries(cursor: Cursor, place: Place, deliveries: Iterable[Delivery]) -> None:
    """Move records into their writers' pages."""
    pages: dict[tuple[UUID, int], list[Delivery]] = defaultdict(list)
    for one in deliveries:
        pages[one.writer, one.seq // PAGE].append(one)
    rows = []
    for (writer, page), members in pages.items():
        slots, rejected = _load_page(cursor, place, writer, page)
        for one in members:
            slots[one.seq % PAGE] = (True, one.digest)
            if one.rejected:
                rejected[str(one.seq)] = one.rejected
        rows.append((*place, writer, page, FORMAT, _encode_page(slots, rejected)))
    insert_rows(
        cursor,
        "runs_metricwriter",
        ("project_id", "run_id", "writer", "page", "format", "data"),
        rows,
        "ON CONFLICT (project_id, run_id, writer, page)"
        " DO UPDATE SET data = excluded.data, format = excluded.format",
    )


def _load_page(
    cursor: Cursor, place: Place, writer: UUID, page: int
) -> tuple[NDArray[np.void], dict[str, Any]]:
    cursor.execute(
        "SELECT data FROM runs_metricwriter"
        " WHERE project_id = %s AND run_id = %s AND writer = %s AND page = %s",
        (*place, writer, page),
    )
    slots = np.zeros(PAGE, SLOT)
    row = cursor.fetchone()
    if row is None:
        return slots, {}
    reader = Reader(row[0])
    (used,) = reader.unpack("<I")
    slots[:used] = reader.array(SLOT, used)
    return slots, _decode_rejected(reader)


def _encode_page(slots: NDArray[np.void], rejected: dict[str, Any]) -> bytes:
    used = int(np.flatnonzero(slots["used"])[-1]) + 1
    return struct.pack("<I", used) + slots[:used].tobytes() + _encode_rejected(rejected)


def _encode_rejected(rejected: dict[str, Any]) -> bytes:
    return orjson.dumps(rejected) if rejected else b""


def _decode_rejected(reader: Reader) -> dict[str, Any]:
    rest = bytes(reader.buffer[reader.offset :])
    return orjson.loads(rest) if rest else {}
