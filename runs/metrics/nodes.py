"""Nodes: the rows above the leaves. A node holds the buckets of its children, condensed once.

Each change of a row changes its segment in the row above, up to the top. Levels grow when a
level gets its second row.
"""

from __future__ import annotations

import itertools
import struct
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from .chunks import (
    Branch,
    Edit,
    Edits,
    Key,
    Row,
    parents,
    replace_rows,
    rows_of_level,
)
from .codec import Reader
from .leaves import edit_leaves
from .limits import Limits
from .points import Points, SeriesId
from .pyramid import Buckets, chained, chosen, condensed, decode_buckets, encode_buckets
from .records import Place
from .sql import Cursor

CHILD = np.dtype(
    [("first_x", "<f8"), ("nr", "<i4"), ("size", "<i4"), ("opening", "<f8"), ("closing", "<f8")]
)


def insert_points(
    cursor: Cursor, place: Place, arrivals: dict[SeriesId, Points], limits: Limits
) -> None:
    """Add points, ordered by x, that came later than all that the trees hold."""
    edits = edit_leaves(cursor, place, arrivals, limits)
    level = 0
    while edits:
        level += 1
        edits = _edit_nodes(cursor, place, level, edits, limits)


def _edit_nodes(cursor: Cursor, place: Place, level: int, edits: Edits, limits: Limits) -> Edits:
    """Carry changes of the rows below into the nodes of `level`; the changes of these."""
    flat = [(series, edit) for series, found in edits.items() for edit in found]
    known = parents(cursor, place, level, [(series, _locator(edit)) for series, edit in flat])
    orphans = {series for (series, _), node in zip(flat, known, strict=True) if node is None}
    work: dict[tuple[SeriesId, Key], tuple[bytes, list[Edit]]] = {}
    for (series, edit), node in zip(flat, known, strict=True):
        if node is not None:
            work.setdefault((series, node[0]), (node[1], []))[1].append(edit)
    plans = _founded(cursor, place, level, orphans, limits)
    plans += [
        _plan(series, key, data, found, limits) for (series, key), (data, found) in work.items()
    ]
    return _carry_out(cursor, place, level, plans, limits)


def _locator(edit: Edit) -> Key:
    return edit.old[0] if edit.old else edit.new[0].key


Plan = tuple[SeriesId, list[Key], list[Branch]]  # of which series, instead of which nodes, what


def _founded(
    cursor: Cursor, place: Place, level: int, series: Iterable[SeriesId], limits: Limits
) -> list[Plan]:
    """The first nodes of a level, for series that have two rows below it by now."""
    below = rows_of_level(cursor, place, level - 1, sorted(series))
    return [
        (
            one,
            [],
            [
                Branch(key, condensed(decode_row(data, level - 1), limits.fan_out))
                for key, data in rows
            ],
        )
        for one, rows in below.items()
        if len(rows) > 1
    ]


def _plan(series: SeriesId, key: Key, data: bytes, edits: list[Edit], limits: Limits) -> Plan:
    branches = decode_node(data)
    if len(branches) >= limits.node_full and not any(edit.old for edit in edits):
        return series, [], [branch for edit in edits for branch in edit.new]
    for edit in edits:
        _apply(branches, edit)
    return series, [key], branches


def _apply(branches: list[Branch], edit: Edit) -> None:
    keys = [branch.key for branch in branches]
    at = keys.index(edit.old[0]) if edit.old else len(keys)
    branches[at : at + len(edit.old)] = edit.new


def _carry_out(
    cursor: Cursor, place: Place, level: int, plans: list[Plan], limits: Limits
) -> Edits:
    changes: Edits = defaultdict(list)
    gone: list[tuple[SeriesId, Key]] = []
    rows = []
    for series, old, branches in plans:
        made = [_node(series, part, limits.fan_out) for part in _parts(branches, limits)]
        gone += [(series, key) for key in old]
        rows += [row for row, _ in made]
        changes[series].append(Edit(old, [branch for _, branch in made]))
    replace_rows(cursor, place, level, gone, rows)
    return changes


def _parts(branches: list[Branch], limits: Limits) -> list[list[Branch]]:
    count = -(-len(branches) // limits.node)
    cuts = np.linspace(0, len(branches), count + 1).astype(int).tolist()
    return [branches[start:stop] for start, stop in itertools.pairwise(cuts)]


def _node(series: SeriesId, branches: list[Branch], fan_out: int) -> tuple[Row, Branch]:
    buckets = chained([branch.buckets for branch in branches])
    row = Row(
        series=series,
        key=branches[0].key,
        last_x=float(buckets.last.max()),
        count=int(buckets.count.sum()),
        nonfinite=int(buckets.nonfinite.sum()),
        points=None,
        oddities=None,
        buckets=_encode_node(branches, buckets),
    )
    return row, Branch(row.key, condensed(buckets, fan_out))


def _encode_node(branches: list[Branch], buckets: Buckets) -> bytes:
    children = [
        (*branch.key, len(branch.buckets), branch.buckets.opening, branch.buckets.closing)
        for branch in branches
    ]
    table = np.array(children, CHILD)
    return struct.pack("<I", len(table)) + table.tobytes() + encode_buckets(buckets)


def decode_node(data: bytes | memoryview) -> list[Branch]:
    reader = Reader(data)
    (size,) = reader.unpack("<I")
    table = reader.array(CHILD, size)
    buckets = decode_buckets(reader.buffer[reader.offset :])
    stops = np.cumsum(table["size"])
    return [
        Branch(
            Key(float(child["first_x"]), int(child["nr"])),
            chosen(
                buckets,
                slice(int(stop - child["size"]), int(stop)),
                opening=float(child["opening"]),
                closing=float(child["closing"]),
            ),
        )
        for child, stop in zip(table, stops, strict=True)
    ]


def decode_row(data: bytes | memoryview, level: int) -> Buckets:
    """The buckets of a leaf or node."""
    if level == 0:
        return decode_buckets(data)
    (size,) = struct.unpack_from("<I", data)
    return decode_buckets(memoryview(data)[4 + size * CHILD.itemsize :])
