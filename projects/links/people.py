"""Taking the names of people out of what a link shows."""

import re
from collections.abc import Iterable
from typing import Any

from runs.models import Run

# Whose files they are: /home/alice/data, /Users/alice/data, C:\Users\alice\data.
HOME = re.compile(r"((?:/home|/Users|\\Users)[/\\])[^/\\\s\"']+")


def without_people(runs: Iterable[Run]) -> list[Run]:
    """The runs without who started them, and without the names in paths of their parameters."""
    found = list(runs)
    for run in found:
        run.user = None
        run.params = masked(run.params)
    return found


def masked(value: Any) -> Any:
    """The same tree with `…` for each name of a home folder."""
    if isinstance(value, str):
        return HOME.sub(r"\1…", value)
    if isinstance(value, dict):
        return {masked(name): masked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [masked(part) for part in value]
    return value
