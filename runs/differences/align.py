"""Which elements of two sequences belong together: a longest common subsequence, in bounded time.

The subsequence is found by bits of whole numbers, a row of the table at a time (Hyyrö,
"Bit-parallel LCS-length computation revisited", 2004): two sequences of 5,000 take milliseconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

# Beyond so many cells of the table a sequence is cut where elements are there once in both.
MOST_CELLS = 100_000_000
DEEPEST = 8
Pairs = list[tuple[int, int]]
Keys = Sequence[str]


def aligned(one: Keys, other: Keys, names: tuple[Keys, Keys] | None = None) -> Pairs:
    """The places that belong together, rising in both; as many as there can be.

    The answer for the two the other way round is the same, turned.

    Args:
        names: of several longest answers, one is preferred in which these are equal, too.
    """
    if list(other) < list(one):
        turned = aligned(other, one, names and (names[1], names[0]))
        return [(first, second) for second, first in turned]
    if names is None:
        return _trimmed(one, other, DEEPEST)
    told = [
        [f"{key}\0{name}" for key, name in zip(keys, part, strict=True)]
        for keys, part in zip((one, other), names, strict=True)
    ]
    head, tail = _ends(told[0], told[1])
    middle = one[head : len(one) - tail], other[head : len(other) - tail]
    plain = _trimmed(*middle, DEEPEST)
    if plain:
        named = _trimmed(
            told[0][head : len(one) - tail], told[1][head : len(other) - tail], DEEPEST
        )
        plain = named if len(named) == len(plain) else plain
    return _whole(plain, head, tail, len(one), len(other))


def stretches(
    pairs: Pairs, ones: int, others: int
) -> Iterator[tuple[range, range, tuple[int, int] | None]]:
    """The places before each pair since the one before it, and the pair; at the end those behind
    the last pair, and None.

    Args:
        ones: how long the first sequence is, `others` the second.
    """
    low = start = 0
    for first, second in pairs:
        yield range(low, first), range(start, second), (first, second)
        low, start = first + 1, second + 1
    yield range(low, ones), range(start, others), None


def _trimmed(one: Keys, other: Keys, depth: int) -> Pairs:
    """Without equal beginnings and ends, which always belong together."""
    head, tail = _ends(one, other)
    one_middle, other_middle = one[head : len(one) - tail], other[head : len(other) - tail]
    middle = _middle(one_middle, other_middle, depth)
    return _whole(middle, head, tail, len(one), len(other))


def _ends(one: Keys, other: Keys) -> tuple[int, int]:
    """How many are equal at the beginning, and of the rest at the end."""
    most = min(len(one), len(other))
    head = next((at for at in range(most) if one[at] != other[at]), most)
    most -= head
    tail = next((at for at in range(most) if one[-1 - at] != other[-1 - at]), most)
    return head, tail


def _whole(middle: Pairs, head: int, tail: int, ones: int, others: int) -> Pairs:
    return [
        *((at, at) for at in range(head)),
        *((first + head, second + head) for first, second in middle),
        *((ones - at, others - at) for at in range(tail, 0, -1)),
    ]


def _middle(one: Keys, other: Keys, depth: int) -> Pairs:
    if not one or not other:
        return []
    if len(one) * len(other) <= MOST_CELLS:
        return _longest(one, other)
    return _between_anchors(one, other, depth) if depth else []


def _longest(one: Keys, other: Keys) -> Pairs:
    """A longest common subsequence; a bit that is 0 stands where a row of the table grows by 1."""
    places: dict[str, int] = {}
    for at, key in enumerate(one):
        places[key] = places.get(key, 0) | 1 << at
    every = (1 << len(one)) - 1
    row, rows = every, []
    for key in other:
        common = row & places.get(key, 0)
        row = (row + common | row - common) & every
        rows.append(row)
    return _traced(rows, len(one), len(other))


def _traced(rows: Sequence[int], first: int, second: int) -> Pairs:
    """The way back through the table, from its last cell."""
    pairs: Pairs = []
    while first and second:
        bit = 1 << first - 1
        if rows[second - 1] & bit:
            first -= 1
        elif second > 1 and not rows[second - 2] & bit:
            second -= 1
        else:
            first, second = first - 1, second - 1
            pairs.append((first, second))
    return pairs[::-1]


def _between_anchors(one: Keys, other: Keys, depth: int) -> Pairs:
    """What is there once in both holds; the stretches between are aligned each for itself."""
    pairs: Pairs = []
    anchors = _anchors(one, other)
    if not anchors:
        return []
    for ours, theirs, anchor in stretches(anchors, len(one), len(other)):
        inner = _trimmed([one[at] for at in ours], [other[at] for at in theirs], depth - 1)
        pairs += [(ours[before], theirs[after]) for before, after in inner]
        if anchor:
            pairs.append(anchor)
    return pairs


def _anchors(one: Keys, other: Keys) -> Pairs:
    """What is there once in both, as much of it as rises in both; none where nothing is."""
    counts, others = Counter(one), Counter(other)
    places = {key: at for at, key in enumerate(other) if others[key] == 1}
    shared = [(at, places[key]) for at, key in enumerate(one) if counts[key] == 1 and key in places]
    ends: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for at, (_, second) in enumerate(shared):
        length = bisect_left(ends, second)
        before.append(chain[length - 1] if length else -1)
        if length == len(ends):
            ends.append(second)
            chain.append(at)
        else:
            ends[length], chain[length] = second, at
    found: Pairs = []
    at = chain[-1] if chain else -1
    while at >= 0:
        found.append(shared[at])
        at = before[at]
    return found[::-1]
