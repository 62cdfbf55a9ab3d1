"""What a person's runs captured of the machine: its name, theirs on it, folders named so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..models import Run, RunDocument, RunEvent
from .columns import Column, text_columns

USER, HOST = "erased", "erased-host"
# They name nobody.
COMMON = {"root", "user", "ubuntu", "admin", "jovyan", "runner", "nobody", "docker", "localhost"}
SHORTEST = 2
ENVIRONMENT = "environment"


def erase_surroundings(person: int) -> None:
    """Take names of machines and of accounts on them out of all runs of a person.

    They go from the record of the surroundings wherever they stand, and from everything else of
    these runs where they are the folder of somebody's home. `adam` is an optimizer, too.
    """
    names = _names(person)
    runs = f"(SELECT project_id, id FROM runs_run WHERE user_id = {person:d})"  # noqa: S608
    for column in text_columns("runs"):
        key = "id" if column.model is Run else "run_id"
        fields = {field.column for field in column.model._meta.local_concrete_fields}
        if not {"project_id", key} <= fields:
            continue
        within = f"(project_id, {key}) IN {runs}"
        for name, label in names:
            home = rf"([/\\](?:home|Users|users)[/\\]+){_word(name)}"
            column.replace(home, rf"\1{label}", within=within)
            if _tells_surroundings(column):
                column.replace(_word(name), label, within=f"{within} AND kind = '{ENVIRONMENT}'")


def _names(person: int) -> list[tuple[str, str]]:
    """What the runs of a person call machines and accounts, with what stands there instead."""
    found: set[tuple[str, str]] = set()
    for model in (RunDocument, RunEvent):
        runs = Run.objects.filter(user_id=person).values("id")
        rows = model._default_manager.filter(kind=ENVIRONMENT, run_id__in=runs)
        for host, user in rows.values_list("data__host", "data__user").distinct():
            found |= {(host, HOST), (user, USER)}
    return sorted(_telling(found), key=lambda one: -len(one[0]))


def _telling(found: Iterable[tuple[object, str]]) -> list[tuple[str, str]]:
    return [
        (name, label)
        for name, label in found
        if isinstance(name, str) and len(name) >= SHORTEST and name.lower() not in COMMON
    ]


def _tells_surroundings(column: Column) -> bool:
    return column.model in (RunDocument, RunEvent) and column.name == "data"


def _word(name: str) -> str:
    return rf"(?<![[:alnum:]_-]){re.escape(name)}(?![[:alnum:]_-])"
