"""The columns of a table of runs: parameters, metrics and plain facts, named as in queries."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from ..search import printing
from ..search.fields import PARTS

PLAIN = {
    "started": "started",
    "duration": "duration",
    "size": "size",
    "version": "version",
    "group": "group",
    "configuration": "configuration",
}
# What a table shows of a run and no chart draws.
FACTS = {"status": "Status", "curve": "Curve", "tags": "Tags", "user": "By"}
_FACTS = {
    "started": "started_at",
    "duration": "duration_seconds",
    "size": "model_parameters",
    "version": "model_version",
}
# `metrics.val_loss.mean10`, the mean of the last ten points.
_MEAN = re.compile(r"(metrics\..+)\.mean([1-9]\d{0,2})")
SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        kind: `params`, `metrics`, `plain` or `fact`; `end` for the mean of a metric's last points,
            which a table shows and nothing sorts by.
        name: the parameter's dotted path, the metric's name, or a key of `PLAIN` or `FACTS`.
        part: of a metric, which of its summary's numbers; "" is the last finite value; of an end
            how many points, `mean10`.
        direction: of a metric, `min` or `max`: which end is the better one; else "".
    """

    kind: str
    name: str
    part: str = ""
    direction: str = ""

    @cached_property
    def key(self) -> str:
        """The column as a name of the query language."""
        if self.kind in {"plain", "fact"}:
            return self.name
        if self.kind == "params":
            return f"params.{'.'.join(quoted(part) for part in self.name.split('.'))}"
        return f"metrics.{quoted(self.name)}{'.' + self.part if self.part else ''}"

    @property
    def best_first(self) -> str:
        """The order, as queries name it, that begins at the better end."""
        return f"-{self.key}" if self.direction == "max" else self.key

    @cached_property
    def label(self) -> str:
        """The short name: the last part of a path that says what it is, the metric's own name."""
        if self.kind == "fact":
            return FACTS[self.name]
        if self.kind == "plain":
            return PLAIN[self.name]
        return self._split[1] if self.kind == "params" else self.name

    @cached_property
    def qualifier(self) -> str:
        """What the short name leaves out: the path before it, or the part of the summary."""
        if self.kind == "params":
            return self._split[0]
        if self.kind == "end":
            return f"mean of the last {self.points}"
        return (self.part or "last") if self.kind == "metrics" else ""

    @property
    def points(self) -> int:
        """Of an end, over how many points the mean goes."""
        return int(self.part.removeprefix("mean"))

    @property
    def _split(self) -> tuple[str, str]:
        """Path and short name; `optimizer.name` is called by what it names, the optimizer."""
        named = self.name.removesuffix(".name")
        path, _, label = named.rpartition(".")
        return path, label

    def value(self, run: Any) -> Any:
        """What `run` has here: a number, a text, a boolean, a time, or None."""
        if self.kind == "params":
            return param_of(run.params, self.name)
        if self.kind == "metrics":
            summary = run.metrics.get(self.name)
            return None if summary is None else getattr(summary, self.part or "last")
        if self.kind == "end":
            return run.ends.get(self.key)
        if self.kind == "fact":
            return None
        return plain_fact(run, self.name)


def quoted(name: str) -> str:
    """`name` as the query language wants it: bare where that is unambiguous, else in quotes."""
    return name if SIMPLE_NAME.match(name) else printing.quoted(name)


def param_of(params: dict[str, Any], path: str) -> Any:
    """The parameter with this dotted path; None where there is none or where it is a subtree."""
    if path in params and not isinstance(params[path], dict):
        return params[path]
    head, _, rest = path.partition(".")
    below = params.get(head)
    return param_of(below, rest) if rest and isinstance(below, dict) else None


def plain_fact(run: Any, name: str) -> datetime | float | str | None:
    """What the run itself has under a key of `PLAIN`; empty texts are missing."""
    value: datetime | float | str | None = getattr(run, _FACTS.get(name, name))
    return None if value == "" else value


def parse(key: str) -> Column | None:
    """The column that a key names; None where it names none."""
    if key in PLAIN:
        return Column("plain", key)
    # No name in the database has it, and asking for one is refused there.
    if "\0" in key:
        return None
    kind, _, rest = key.partition(".")
    if kind == "params" and rest:
        return Column("params", ".".join(split_name(rest)))
    if kind != "metrics" or not rest:
        return None
    names = split_name(rest)
    part = names.pop() if len(names) > 1 and names[-1] in PARTS[1:] else ""
    return Column("metrics", ".".join(names), part)


def end_of(key: str) -> Column | None:
    """The mean of a metric's last points that a key names; None where it names none."""
    found = _MEAN.fullmatch(key)
    column = parse(found[1]) if found else None
    if found is None or column is None or column.part:
        return None
    return Column("end", column.name, f"mean{found[2]}")


def split_name(text: str) -> list[str]:
    """Split at the dots that stand outside double quotes, and take the quotes away."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|([^."]+)', text)
    return [re.sub(r"\\(.)", r"\1", inside) if inside else bare for inside, bare in found]


def finite(value: Any) -> float | None:
    """`value` as a number that can be drawn; None for everything else."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def best_of(values: Sequence[Any], direction: str) -> float | None:
    """The best finite value; None without a direction or with fewer than two values."""
    known = [number for number in map(finite, values) if number is not None]
    if not direction or len(known) < 2:
        return None
    return min(known) if direction == "min" else max(known)


def is_log(values: Iterable[float | None]) -> bool:
    """Whether a logarithmic axis fits: all positive, from end to end a factor of 50 or more."""
    known = [value for value in values if value is not None]
    return bool(known) and min(known) > 0 and max(known) / min(known) >= 50
