"""The table of runs on a project's page: which columns, which cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from projects.models import Project

from ..models import Run
from ..queries import direction_of
from .columns import FACTS, PLAIN, Column, best_of, end_of, finite, parse
from .overview import Objective, column_names
from .telling import importance, tells

MOST_COLUMNS = 16
DEFAULT_PARAMS = 7
# Where those that are equal everywhere are to be left out.
MORE_PARAMS = 40
DEFAULT_METRICS = 2
# Logged, but no result: neither end of it is the better one.
NOT_RESULTS = ("learning_rate",)


@dataclass(frozen=True)
class Choice:
    """Every column that could be shown, and those that are.

    Attributes:
        shown: those with values that can be drawn too; of all of them where none is asked for.
        table: the columns of the table, in their order; facts of the run among them.
    """

    shown: tuple[Column, ...]
    params: tuple[Column, ...]
    metrics: tuple[Column, ...]
    plain: tuple[Column, ...]
    table: tuple[Column, ...] = ()

    @property
    def curves(self) -> list[str]:
        """The metrics of which curves can be drawn."""
        return list(dict.fromkeys(column.name for column in self.metrics))

    @property
    def last_values(self) -> list[Column]:
        """Each metric once, of which another number may be shown."""
        return [Column("metrics", name) for name in self.curves]

    @property
    def groups(self) -> list[tuple[str, tuple[Column, ...]]]:
        """The options under headings, for menus."""
        named = [("Metrics", self.metrics), ("Parameters", self.params), ("Run", self.plain)]
        return [(name, columns) for name, columns in named if columns]

    @property
    def hidden(self) -> list[tuple[str, list[Column]]]:
        """The columns that the table could show beside its own, under headings."""
        facts = tuple(Column("fact", name) for name in FACTS)
        taken = {column.key for column in self.table}
        named = [*self.groups[:-1], ("Run", facts + self.plain)]
        left = [(name, [one for one in columns if one.key not in taken]) for name, columns in named]
        return [(name, columns) for name, columns in left if columns]

    @property
    def keys(self) -> list[str]:
        return [column.key for column in self.shown]

    @property
    def axes(self) -> list[str]:
        """The columns as parallel axes: parameters first, then results, the deciding one last."""
        results = [column.key for column in self.shown if column.kind == "metrics"]
        return [key for key in self.keys if key not in results] + results[::-1]

    def meant_by(self, word: str) -> list[str]:
        """The names in queries that a word without `metrics.` or `params.` may stand for."""
        named = [Column("metrics", name).key for name in self.curves if name == word]
        params = [
            one for one in self.params if word in {one.name, one.label, one.name.rpartition(".")[2]}
        ]
        return named + [one.key for one in params]

    def column(self, key: str) -> Column | None:
        """A column by its key, wherever it comes from, with its direction."""
        known = {column.key: column for column in (*self.shown, *self.metrics)}
        return known.get(key) or parse(key)


@dataclass(frozen=True)
class Head:
    """The head of a column: `order` is what a click sorts by, `sorted` as `aria-sort` has it."""

    label: str
    qualifier: str = ""
    order: str = ""
    sorted: str = ""
    is_number: bool = False
    key: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands where a run meets a column; `name` says which of its own facts it is."""

    value: Any
    is_number: bool
    is_best: bool
    is_param: bool
    name: str


@dataclass(frozen=True)
class Row:
    """One run with its cells, in the order of the columns."""

    run: Any
    cells: tuple[Cell, ...]
    curve: Sequence[float | None]
    is_record: bool


def choose(
    project: Project,
    wanted: Sequence[str],
    objective: Objective | None,
    most_params: int | None = None,
) -> Choice:
    """The columns asked for, or what tells most: the objective, other results, what differs."""
    params, names = column_names(project)
    metrics = _metric_columns(project, names, objective)
    options = Choice(
        shown=(),
        params=tuple(Column("params", name) for name, _ in params),
        metrics=tuple(metrics),
        plain=tuple(Column("plain", name) for name in PLAIN),
    )
    asked = _asked(options, wanted)
    shown = [column for column in asked if column.kind not in ("fact", "end")]
    if not shown:
        differing = [name for name, differs in params if (differs or most_params) and tells(name)]
        differing.sort(key=importance)
        shown = metrics[:DEFAULT_METRICS]
        shown += [Column("params", name) for name in differing[: most_params or DEFAULT_PARAMS]]
    return replace(options, shown=tuple(shown), table=tuple(asked or _usual(shown)))


def _asked(options: Choice, wanted: Sequence[str]) -> list[Column]:
    """The columns with these keys, each once; what names none is left out."""
    keys = dict.fromkeys(wanted)
    found = [
        Column("fact", key) if key in FACTS else _end(options, key) or options.column(key)
        for key in keys
    ]
    return [column for column in found if column][:MOST_COLUMNS]


def _end(options: Choice, key: str) -> Column | None:
    """The mean of a metric's last points, with the metric's direction."""
    column = end_of(key)
    whole = column and options.column(Column("metrics", column.name).key)
    return replace(column, direction=whole.direction) if column and whole else None


def _usual(measured: Sequence[Column]) -> list[Column]:
    """Around what was measured, how a run stands, when it began, how long it took, and whose."""
    before = [Column("fact", name) for name in ("status", "curve")]
    after = [Column("plain", name) for name in ("started", "duration")]
    return [*before, *measured, *after, Column("fact", "user")]


def _metric_columns(
    project: Project, logged: Sequence[str], objective: Objective | None
) -> list[Column]:
    """Best of the objective first, then the last values of what is logged per epoch."""
    names = sorted(
        (name for name in logged if "/" not in name),
        key=lambda name: (name in NOT_RESULTS, not name.startswith("val_"), name),
    )
    columns = [
        Column("metrics", name, "", "" if name in NOT_RESULTS else direction_of(name, project))
        for name in names
    ]
    if objective and objective.metric in names:
        others = (column for column in columns if column.name != objective.metric)
        columns = [objective.column, *others]
    return columns


def arranged(choice: Choice, pins: Sequence[str], differs: set[str] | None) -> Choice:
    """The columns with the pinned ones first, without parameters that are equal everywhere.

    Args:
        differs: the names of the parameters that differ; None to leave them all.
    """
    table = list(choice.table)
    if differs is not None:
        table = [one for one in table if one.kind != "params" or one.name in differs]
    table.sort(key=lambda column: column.key not in pins)
    return replace(choice, table=tuple(table))


def heads_of(columns: Sequence[Column], order: str, runs: Sequence[Any]) -> list[Head]:
    """The heads of the run itself and of the columns; over numbers they stand on the right."""
    heads = [replace(_column_head(one, order, runs), key=one.key) for one in columns]
    return [head_of("Run", "number", order), *heads]


def _holds_numbers(column: Column, runs: Sequence[Any]) -> bool:
    return column.kind in ("metrics", "end") or any(
        finite(column.value(run)) is not None for run in runs
    )


def _column_head(column: Column, order: str, runs: Sequence[Any]) -> Head:
    if column.kind == "fact":
        return Head(column.label)
    if column.kind == "end":
        return Head(column.label, column.qualifier, is_number=True)
    if column.kind == "plain":
        is_number = column.name == "duration" or _holds_numbers(column, runs)
        is_number &= column.name != "started"
        return head_of(column.label.capitalize(), column.key, order, is_number=is_number)
    return head_of(
        column.label,
        column.key,
        order,
        qualifier=column.qualifier,
        first="-" if column.direction == "max" else "",
        is_number=_holds_numbers(column, runs),
    )


def head_of(
    label: str,
    key: str,
    order: str,
    *,
    qualifier: str = "",
    first: str = "-",
    is_number: bool = False,
) -> Head:
    """A head whose first click sorts `first` (what one looks for on top), the second turns it."""
    turned = {"-": "", "": "-"}[first]
    words = {key: "ascending", f"-{key}": "descending"}
    nearest = f"{turned if order == first + key else first}{key}"
    return Head(label, qualifier, nearest, words.get(order, ""), is_number)


def rows_of(
    runs: Sequence[Any], columns: Sequence[Column], curves: dict[Any, Any], best_run: Any
) -> list[Row]:
    """The cells of each run; the best value of each column among these rows is marked."""
    best = [best_of([column.value(run) for run in runs], column.direction) for column in columns]
    numeric = [_holds_numbers(column, runs) for column in columns]
    looks = list(zip(columns, best, numeric, strict=True))
    return [
        Row(
            run,
            tuple(_cell(run, *look) for look in looks),
            curves.get(run.id, ()),
            run.id == best_run,
        )
        for run in runs
    ]


def _cell(run: Any, column: Column, best: float | None, holds_numbers: bool) -> Cell:
    value = column.value(run)
    return Cell(
        value,
        # What is missing among numbers stands where they end.
        is_number=finite(value) is not None
        or (holds_numbers and (value is None or column.kind == "end")),
        is_best=best is not None and finite(value) == best,
        is_param=column.kind == "params",
        name=column.name if column.kind in {"plain", "fact"} else "",
    )


def ticked_numbers(project: Project, ids: Sequence[UUID]) -> list[int]:
    """The numbers of the project's runs with these ids, in order; others are left out."""
    rows = Run.objects.filter(project_id=project.pk, id__in=ids, trashed_at=None)
    return list(rows.order_by("number").values_list("number", flat=True))
