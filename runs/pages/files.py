"""The files of a run, a page of their names at a time, and the versions of one name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from ahnb_platform.errors import Missing

from ..artifacts import storage
from ..artifacts.models import Artifact
from ..artifacts.names import name_key
from ..models import Run
from .paging import nearest_page, on_page

A_PAGE = 50


@dataclass(frozen=True)
class Files:
    """Some names with their newest version, in the order of the names.

    Attributes:
        names: how many there are in all, and `found` how many of them hold `find`.
        versions: how many files there are, every version counted.
        bytes: what they take, each content once; it may be shared with other runs of the project.
        lost: hashes of those shown whose bytes the storage lost.
    """

    find: str
    page: int
    pages: int
    names: int
    found: int
    versions: int
    bytes: int
    newest: list[Artifact]
    lost: set[str]


@dataclass(frozen=True)
class Versions:
    """Some versions of one name, the newest first; `count` of them there are.

    `lost` holds the hashes of those shown whose bytes the storage lost.
    """

    name: str
    page: int
    pages: int
    count: int
    artifacts: list[Artifact]
    lost: set[str]


def files_of(run: Run, find: str = "", page: int = 1) -> Files:
    """The page nearest to the one that is asked for."""
    rows = _of(run)
    total = rows.aggregate(names=Count("name_key", distinct=True), versions=Count("id"))
    size = rows.values("sha256", "bytes").distinct().aggregate(sum=Sum("bytes"))["sum"]
    matching = rows.filter(name_key__contains=_key(find)) if find else rows
    count = Count("name_key", distinct=True)
    found = matching.aggregate(found=count)["found"] if find else total["names"]
    page, pages = nearest_page(page, found, A_PAGE)
    newest = matching.order_by("name_key", "-version").distinct("name_key").select_related("user")
    shown = list(newest[on_page(page, A_PAGE)])
    counts = (total["names"], found, total["versions"], size or 0)
    return Files(find, page, pages, *counts, shown, _lost(run, shown))


def versions_of(run: Run, name: str, page: int = 1) -> Versions:
    """The versions of a name. Raises Missing where there are none."""
    rows = _of(run).filter(name_key=_key(name))
    # No version is ever taken away alone, so that the newest one's number is how many there are.
    newest = rows.order_by("-version").first()
    if newest is None:
        raise Missing
    page, pages = nearest_page(page, newest.version, A_PAGE)
    found = rows.order_by("-version").select_related("user")
    shown = list(found[on_page(page, A_PAGE)])
    return Versions(newest.name, page, pages, newest.version, shown, _lost(run, shown))


def _of(run: Run) -> QuerySet[Artifact]:
    return Artifact.objects.filter(project_id=run.project_id, run_id=run.id)


def _lost(run: Run, shown: list[Artifact]) -> set[str]:
    return storage.lost_blobs(run.project_id, (artifact.sha256 for artifact in shown))


def _key(text: str) -> str:
    return name_key(unicodedata.normalize("NFC", text))
