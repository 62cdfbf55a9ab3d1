"""Parameters: how the parts that arrive make one tree, and the tree narrow rows."""

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

MOST_KEYS = 5_000
LONGEST_KEY = 255
LONGEST_TEXT = 255

Tree = dict[str, Any]


def merged(parts: Iterable[Tree]) -> Tree:
    """One tree of all that was sent, in the order of time.

    A value once given stays: a person's own parameters are sent first, and nothing that is
    captured afterwards replaces them. New leaves beyond `MOST_KEYS` are left out.
    """
    tree: Tree = {}
    room = MOST_KEYS
    for part in parts:
        room = _fill(tree, part, room)
    return tree


def count(tree: Tree) -> int:
    """The number of leaves."""
    return sum(1 for _ in flattened(tree))


def flattened(tree: Tree, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each leaf with its dotted path; a list is a leaf, and so is an empty part."""
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            yield from flattened(value, f"{path}.")
        else:
            yield path, value


def number_of(value: Any) -> float | None:
    """The value as a number, when it is one (a truth value is none)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def text_of(value: Any) -> str:
    """The value as it is compared with a string: `adam`, `0.001`, `true`, `null`, `[1, 2]`."""
    if isinstance(value, str):
        text = value
    elif value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, list):
        text = "[" + ", ".join(text_of(item) for item in value[:LONGEST_TEXT]) + "]"
    else:
        text = str(value)
    return text[:LONGEST_TEXT]


def _fill(tree: Tree, part: Tree, room: int) -> int:
    """Add what `tree` has not, at most `room` leaves; gives the room that is left."""
    for key, value in part.items():
        if isinstance(value, dict) and value:
            held = tree.setdefault(key, {}) if room else tree.get(key)
            if isinstance(held, dict):
                room = _fill(held, value, room)
        elif key not in tree and room:
            tree[key] = value
            room -= 1
    return room
