"""The parameters of a run, a page of them at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..params import flattened
from .paging import nearest_page, on_page
from .telling import importance

A_PAGE = 300


@dataclass(frozen=True)
class ParamCard:
    """Some of a run's parameters, what tells most first.

    Attributes:
        rows: names and values of this page; `unset` the names of those without a value.
        total: of all that have a value, whatever is looked for.
        found: of those whose name or value holds `find`.
    """

    find: str
    page: int
    pages: int
    total: int
    found: int
    rows: list[tuple[str, Any]]
    unset: list[str]

    @property
    def is_paged(self) -> bool:
        return self.total > A_PAGE


def params_of(tree: Mapping[str, Any], find: str = "", page: int = 1) -> ParamCard:
    """The page nearest to the one that is asked for."""
    leaves = sorted(flattened(dict(tree)), key=lambda leaf: (importance(leaf[0]), leaf[0]))
    known = [leaf for leaf in leaves if leaf[1] is not None]
    wanted = find.casefold()
    found = [leaf for leaf in known if wanted in f"{leaf[0]} {leaf[1]}".casefold()]
    page, pages = nearest_page(page, len(found), A_PAGE)
    rows = found[on_page(page, A_PAGE)]
    unset = [name for name, value in leaves if value is None]
    return ParamCard(find, page, pages, len(known), len(found), rows, unset[:A_PAGE])
