"""Leaves: the rows that hold points. Each new point goes into the leaf in whose stretch it falls.

A full leaf at the end is never written again by points behind it; one in the middle is split
when it overflows.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from .axes import Axes
from .chunks import (
    Branch,
    Edit,
    Edits,
    Key,
    Leaf,
    Row,
    leaf_points,
    leaves_between,
    replace_rows,
)
from .limits import Limits
from .points import Points, SeriesId, encode_oddities, encode_points, joined_points
from .pyramid import Buckets, buckets_of, condensed, distinct, encode_buckets
from .records import Place
from .sql import Cursor


def edit_leaves(
    cursor: Cursor, place: Place, arrivals: dict[SeriesId, Points], limits: Limits
) -> Edits:
    """Add points to leaves, and say what became of these."""
    spans = {
        series: (float(points.x[0]), float(points.x[-1])) for series, points in arrivals.items()
    }
    leaves = leaves_between(cursor, place, spans)
    shares = {
        series: _shares(points, leaves.get(series, []), limits)
        for series, points in arrivals.items()
    }
    touched = [
        (series, share.leaf.key)
        for series, found in shares.items()
        for share in found
        if share.leaf and not share.behind
    ]
    stored = leaf_points(cursor, place, touched)
    axes = Axes()
    edits: Edits = {}
    rows = []
    for series, found in shares.items():
        edits[series] = []
        for share in found:
            edit, written = _edit_leaf(series, share, stored, limits, axes)
            edits[series].append(edit)
            rows += written
    replace_rows(cursor, place, 0, touched, rows)
    return edits


class Share(NamedTuple):
    """The new points that fall to a leaf, or behind it if it is full and the last."""

    points: Points
    leaf: Leaf | None
    following: Leaf | None
    behind: bool


def _shares(points: Points, leaves: list[Leaf], limits: Limits) -> list[Share]:
    if not leaves:
        return [Share(points, None, None, behind=True)]
    firsts = np.array([leaf.key.first_x for leaf in leaves])
    owner = np.maximum(np.searchsorted(firsts, points.x, "right") - 1, 0)
    cuts = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist(), len(points)]
    shares = []
    for start, stop in itertools.pairwise(cuts):
        number = int(owner[start])
        leaf = leaves[number]
        following = leaves[number + 1] if number + 1 < len(leaves) else None
        part = points[start:stop]
        behind = following is None and leaf.points >= limits.leaf_full and part.x[0] >= leaf.last_x
        shares.append(Share(part, leaf, following, behind))
    return shares


def _edit_leaf(
    series: SeriesId,
    share: Share,
    stored: dict[tuple[SeriesId, Key], Points],
    limits: Limits,
    axes: Axes,
) -> tuple[Edit, list[Row]]:
    points, old = share.points, []
    if share.leaf and not share.behind:
        old = [share.leaf.key]
        points = joined_points([stored[series, share.leaf.key], points])
    pieces = _pieces(points, limits)
    keys = _keys([float(piece.x[0]) for piece in pieces], share)
    made = [
        _leaf_row(series, key, piece, limits.fan_out, axes)
        for key, piece in zip(keys, pieces, strict=True)
    ]
    branches = [Branch(row.key, condensed(buckets, limits.fan_out)) for row, buckets in made]
    return Edit(old, branches), [row for row, _ in made]


def _pieces(points: Points, limits: Limits) -> list[Points]:
    """Equal parts of at most a leaf, cut where x changes if a change is near."""
    if len(points) <= limits.leaf:
        return [points]
    parts = -(-len(points) // limits.leaf)
    even = np.linspace(0, len(points), parts + 1).astype(int)[1:-1]
    clean = np.searchsorted(points.x, points.x[even], "left")
    near = np.where(even - clean < limits.leaf_full // 2, clean, even)
    cuts = [0, *distinct(near[near > 0]).tolist(), len(points)]
    return [points[start:stop] for start, stop in itertools.pairwise(cuts)]


def _keys(firsts: list[float], share: Share) -> list[Key]:
    """Number leaves that begin at one x in their order, between the neighbours' numbers."""
    keys = []
    for at, first in enumerate(firsts):
        before = firsts[:at].count(first)
        if share.following and share.following.key.first_x == first:
            number = share.following.key.nr - firsts[at:].count(first)
        elif share.leaf and share.leaf.key.first_x == first:
            number = share.leaf.key.nr + before + int(share.behind)
        else:
            number = before
        keys.append(Key(first, number))
    return keys


def _leaf_row(
    series: SeriesId, key: Key, points: Points, fan_out: int, axes: Axes
) -> tuple[Row, Buckets]:
    buckets = buckets_of(points, fan_out, axes)
    row = Row(
        series=series,
        key=key,
        last_x=float(points.x[-1]),
        count=len(points),
        nonfinite=int(buckets.nonfinite.sum()),
        points=encode_points(points, axes),
        oddities=encode_oddities(points),
        buckets=encode_buckets(buckets, axes),
    )
    return row, buckets
