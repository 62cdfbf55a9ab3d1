"""How deep and how large plain JSON data is."""

from ahnb_client.capture.values import Json


def extent_of(value: Json, most_levels: int) -> tuple[int, int]:
    """Return ``(levels, values)`` of nested lists and mappings; stops beyond `most_levels`."""
    level, depth, count = [value], 0, 0
    while level and depth <= most_levels:
        depth += 1
        count += len(level)
        level = [part for item in level for part in _parts_of(item)]
    return depth, count


def _parts_of(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else []
