"""Where the boxes of a graph stand and which way its arrows take: layers from top to bottom.

The method is that of Sugiyama, Tagawa and Toda (1981): ranks by the longest path, long arrows
through a place of their own in each rank that they pass, the order within a rank by barycentres.
Across, each box is drawn towards the mean of its neighbours, as far as the order and the gaps
allow (least squares under order constraints, by pooling adjacent violators).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

WIDTH, HEIGHT = 184, 58
NARROW = 12  # of a long arrow that passes a rank
GAP = 28
TRACK = 9  # between arrows that run beside each other
MARGIN = 16
PORT = 22
MOST_PLACES = 3_000
ORDER_SWEEPS = 6
PLACE_SWEEPS = 8

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """The upper left corners of the boxes, and the corners of each arrow's way; all in pixels.

    `long` tells of each arrow whether it passes boxes by.
    """

    width: float
    height: float
    corners: list[Point]
    ways: list[list[Point]]
    long: list[bool]


@dataclass
class _Ranked:
    """The boxes and the places of long arrows, rank by rank; numbers from `boxes` on are places."""

    boxes: int
    rows: list[list[int]]
    links: list[tuple[int, int]]
    runs: list[list[int]]  # of each arrow what it leads through, both ends with it
    up: dict[int, list[int]] = field(default_factory=dict)
    down: dict[int, list[int]] = field(default_factory=dict)

    def room(self, place: int) -> int:
        return WIDTH if place < self.boxes else NARROW


def laid_out(boxes: int, arrows: Sequence[tuple[int, int]]) -> Layout | None:
    """The layout of a graph whose arrows all lead to later boxes; None if it is too large."""
    ranks = _ranks(boxes, arrows)
    if boxes + sum(ranks[target] - ranks[source] - 1 for source, target in arrows) > MOST_PLACES:
        return None
    ranked = _with_places(boxes, arrows, ranks)
    for sweep in range(ORDER_SWEEPS):
        _reorder(ranked, downwards=sweep % 2 == 0)
    across = _across(ranked)
    _straighten(ranked, across)
    return _routed(ranked, across)


def _ranks(boxes: int, arrows: Sequence[tuple[int, int]]) -> list[int]:
    """The length of the longest way to each box; entries stand right above what they feed."""
    ranks = [0] * boxes
    for source, target in sorted(arrows):
        ranks[target] = max(ranks[target], ranks[source] + 1)
    entered = {target for _, target in arrows}
    below: dict[int, int] = {}
    for source, target in arrows:
        below[source] = min(below.get(source, ranks[target]), ranks[target])
    return [
        rank if box in entered else max(below.get(box, 1) - 1, 0) for box, rank in enumerate(ranks)
    ]


def _with_places(boxes: int, arrows: Sequence[tuple[int, int]], ranks: Sequence[int]) -> _Ranked:
    rows: list[list[int]] = [[] for _ in range(max(ranks, default=0) + 1)]
    for box in range(boxes):
        rows[ranks[box]].append(box)
    ranked = _Ranked(boxes, rows, [], [])
    number = boxes
    for source, target in arrows:
        run = [source]
        for rank in range(ranks[source] + 1, ranks[target]):
            rows[rank].append(number)
            run.append(number)
            number += 1
        run.append(target)
        ranked.runs.append(run)
        ranked.links += itertools.pairwise(run)
    for upper, lower in ranked.links:
        ranked.down.setdefault(upper, []).append(lower)
        ranked.up.setdefault(lower, []).append(upper)
    return ranked


def _reorder(ranked: _Ranked, *, downwards: bool) -> None:
    """Sort each rank by the mean place of its neighbours in the rank before."""
    near = ranked.up if downwards else ranked.down
    rows = ranked.rows if downwards else ranked.rows[::-1]
    places = {box: place for place, box in enumerate(rows[0])}
    for row in rows[1:]:
        means = {}
        for place, box in enumerate(row):
            known = [places[other] for other in near.get(box, ()) if other in places]
            means[box] = sum(known) / len(known) if known else float(place)
        row.sort(key=means.__getitem__)
        places = {box: place for place, box in enumerate(row)}


def _across(ranked: _Ranked) -> dict[int, float]:
    """The middle of each box and place, from the left."""
    across: dict[int, float] = {}
    for row in ranked.rows:
        across |= dict(zip(row, _offsets(ranked, row), strict=True))
    for sweep in range(PLACE_SWEEPS):
        near = ranked.up if sweep % 2 == 0 else ranked.down
        for row in ranked.rows if sweep % 2 == 0 else ranked.rows[::-1]:
            wanted = []
            for box in row:
                known = [across[other] for other in _leading(ranked, near.get(box, ()))]
                wanted.append(sum(known) / len(known) if known else across[box])
            across |= dict(zip(row, _apart(ranked, row, wanted), strict=True))
    return across


def _leading(ranked: _Ranked, others: Sequence[int]) -> Sequence[int]:
    """The neighbours that a box stands in line with: boxes before long arrows, which give way."""
    return [other for other in others if other < ranked.boxes] or others


def _offsets(ranked: _Ranked, row: Sequence[int]) -> list[float]:
    """The middles of a row that is packed as close as it may be, the first at 0."""
    offsets = [0.0]
    for left, right in itertools.pairwise(row):
        offsets.append(offsets[-1] + (ranked.room(left) + ranked.room(right)) / 2 + GAP)
    return offsets[: len(row)]


def _apart(ranked: _Ranked, row: Sequence[int], wanted: Sequence[float]) -> list[float]:
    """The middles nearest to those `wanted` that keep the order and the gaps."""
    offsets = _offsets(ranked, row)
    pools: list[tuple[float, float, int]] = []  # sum of weighted wishes, weight, members
    for box, wish, offset in zip(row, wanted, offsets, strict=True):
        weight = 1.0 if box < ranked.boxes else 1e-3
        pool = ((wish - offset) * weight, weight, 1)
        while pools and pools[-1][0] / pools[-1][1] > pool[0] / pool[1]:
            last = pools.pop()
            pool = (last[0] + pool[0], last[1] + pool[1], last[2] + pool[2])
        pools.append(pool)
    shifts = [total / weight for total, weight, members in pools for _ in range(members)]
    return [shift + offset for shift, offset in zip(shifts, offsets, strict=True)]


def _straighten(ranked: _Ranked, across: dict[int, float]) -> None:
    """Bring the places of each long arrow into one line, where there is room for that."""
    room: dict[int, tuple[float, float]] = {}
    for row in ranked.rows:
        for place, box in enumerate(row):
            if box < ranked.boxes:
                continue
            left = across[row[place - 1]] + _need(ranked, row[place - 1], box) if place else -1e9
            over = row[place + 1] if place + 1 < len(row) else None
            right = 1e9 if over is None else across[over] - _need(ranked, box, over)
            room[box] = left, right
    for run in ranked.runs:
        inner = run[1:-1]
        if len(inner) < 2:
            continue
        line = median(across[place] for place in inner)
        if all(room[place][0] <= line <= room[place][1] for place in inner):
            across |= dict.fromkeys(inner, line)


def _need(ranked: _Ranked, left: int, right: int) -> float:
    return (ranked.room(left) + ranked.room(right)) / 2 + TRACK


def _routed(ranked: _Ranked, across: dict[int, float]) -> Layout:
    """Turn ranks into heights, and links into lines down, across and down."""
    least = min(across[box] - ranked.room(box) / 2 for row in ranked.rows for box in row)
    middle = {box: round(x - least + MARGIN, 1) for box, x in across.items()}
    leaving, entering = _ports(ranked, middle, ranked.down), _ports(ranked, middle, ranked.up)
    ends = {(u, v): (leaving[u, v], entering[v, u]) for u, v in ranked.links}
    top, tops, turns = float(MARGIN), [], {}
    for row in ranked.rows:
        tops.append(top)
        links = [(box, lower) for box in row for lower in ranked.down.get(box, ())]
        tracks = _tracks(links, ends)
        for link, track in tracks.items():
            turns[link] = top + HEIGHT + GAP / 2 + track * TRACK
        top += HEIGHT + GAP + max(tracks.values(), default=0) * TRACK
    rank_of = {box: rank for rank, row in enumerate(ranked.rows) for box in row}
    corners = [(middle[box] - WIDTH / 2, tops[rank_of[box]]) for box in range(ranked.boxes)]
    ways = [_way(run, ends, turns, tops, rank_of) for run in ranked.runs]
    width = max(middle[box] + ranked.room(box) / 2 for box in middle) + MARGIN
    return Layout(width, top - GAP + MARGIN, corners, ways, [len(run) > 2 for run in ranked.runs])


def _ports(
    ranked: _Ranked, middle: dict[int, float], near: dict[int, list[int]]
) -> dict[tuple[int, int], float]:
    """Where each link touches a box: beside each other, in the order of where they lead."""
    ports: dict[tuple[int, int], float] = {}
    for box, others in near.items():
        ordered = sorted(others, key=middle.__getitem__)
        centre = (len(others) - 1) / 2
        below = [n for n, other in enumerate(ordered) if abs(middle[other] - middle[box]) < 1]
        if below and abs(below[0] - centre) <= 1:  # the straight way stays straight
            centre = below[0]
        reach = max(centre, len(others) - 1 - centre, 1)
        step = min(PORT, (WIDTH - PORT) / 2 / reach) if box < ranked.boxes else 0
        for number, other in enumerate(ordered):
            ports[box, other] = round(middle[box] + (number - centre) * step, 1)
    return ports


def _tracks(
    links: Sequence[tuple[int, int]], ends: dict[tuple[int, int], tuple[float, float]]
) -> dict[tuple[int, int], int]:
    """A height for each link that runs across, so that no two lie on each other."""
    taken: list[float] = []  # how far to the right each track is used
    tracks: dict[tuple[int, int], int] = {}
    for link in sorted(links, key=lambda link: min(ends[link])):
        left, right = sorted(ends[link])
        if right - left < 1:
            continue
        free = next((place for place, end in enumerate(taken) if end < left - 4), len(taken))
        taken[free : free + 1] = [right]
        tracks[link] = free
    return tracks


def _way(
    run: Sequence[int],
    ends: dict[tuple[int, int], tuple[float, float]],
    turns: dict[tuple[int, int], float],
    tops: Sequence[float],
    rank_of: dict[int, int],
) -> list[Point]:
    way = [(ends[run[0], run[1]][0], tops[rank_of[run[0]]] + HEIGHT)]
    for link in itertools.pairwise(run):
        start, end = ends[link]
        if link in turns:
            way += [(start, turns[link]), (end, turns[link])]
    way.append((ends[run[-2], run[-1]][1], tops[rank_of[run[-1]]]))
    return way
