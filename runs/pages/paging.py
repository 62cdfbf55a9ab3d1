"""Which part of a list a numbered page shows."""

from __future__ import annotations


def nearest_page(asked: int, count: int, size: int) -> tuple[int, int]:
    """The number of a page that there is, from 1, and how many there are; one where nothing is.

    Args:
        asked: the page that is asked for, any number.
        count: how many entries there are in all, `size` of them on a page.
    """
    pages = max(1, -(-count // size))
    return min(max(asked, 1), pages), pages


def on_page(page: int, size: int) -> slice:
    """The entries of a page."""
    return slice((page - 1) * size, page * size)
