"""All that the page of a comparison shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ahnb_platform.web.formats import number

from ... import queries
from ...differences.names import recounted
from ...models import Run
from ...params import flattened
from ..overview import GUESSES, Objective
from ..telling import importance
from .layers import MOST_LAYERS, MOST_OF_ONE, layer_table, layers_of
from .reading import documents_of, results_everywhere, results_like
from .source import Diff, diff_of
from .tables import MOST_ROWS, Cell, Leaves, Row, Table, leaves_of, table_of
from .verdicts import Verdict, verdicts_of, with_own

HARDWARE = ("cpu", "gpus", "memory_bytes")
APART = ("packages", "git", *HARDWARE)


@dataclass(frozen=True)
class Section:
    """A card with a table; `remark` says what it leaves out."""

    id: str
    title: str
    table: Table
    remark: str = ""


@dataclass(frozen=True)
class Asked:
    """What is compared: the places of the base and of the run whose code is set beside it."""

    runs: Sequence[Run]
    base: int
    other: int
    objective: Objective | None
    show_all: bool


def comparison_of(asked: Asked) -> dict[str, Any]:
    """The context of the page."""
    documents = documents_of(asked.runs[0].project, asked.runs)
    kinds = {
        kind: [_mapped(documents[run.id].get(kind)) for run in asked.runs]
        for kind in ("model", "data", "environment", "code")
    }
    return {
        "sections": sections_of(asked, kinds),
        "diff": _diff(asked, kinds["code"]),
        "verdicts": _verdicts(asked),
        "metrics": sorted({name for run in asked.runs for name in run.metrics}),
    }


def objective_of(runs: Sequence[Run], stated: Objective | None, metric: str) -> Objective | None:
    """What decides: the metric asked for, else the project's, else one that the runs have."""
    names = {name for run in runs for name in run.metrics}
    if metric in names:
        return Objective(metric, queries.direction_of(metric, runs[0].project, runs[0]))
    if stated and stated.metric in names:
        return stated
    guess = next((name for name in (*GUESSES, *sorted(names)) if name in names), None)
    return Objective(guess, queries.direction_of(guess, runs[0].project)) if guess else None


def best_value(run: Run, objective: Objective) -> float | None:
    summary = run.metrics.get(objective.metric)
    value = getattr(summary, objective.part) if summary else None
    return float(value) if value is not None else None


def _verdicts(asked: Asked) -> list[Verdict]:
    if asked.objective is None:
        return []
    project, base = asked.runs[0].project, asked.runs[asked.base]
    like = results_like(project, [run.configuration for run in asked.runs], asked.objective)
    own = {run.number: best_value(run, asked.objective) for run in asked.runs}
    like = with_own(like, asked.runs, own)
    others = [run for run in asked.runs if run is not base]
    return verdicts_of(base, others, like, results_everywhere(project, asked.objective))


def _diff(asked: Asked, codes: Sequence[Leaves]) -> Diff | None:
    if asked.base == asked.other:
        return None
    return diff_of(codes[asked.base], codes[asked.other])


def sections_of(asked: Asked, kinds: Mapping[str, Sequence[Leaves]]) -> list[Section]:
    """A table for each part of the record."""
    models, environments = kinds["model"], kinds["environment"]
    params = [dict(flattened(run.params)) for run in asked.runs]
    most = min(MOST_OF_ONE, MOST_LAYERS // len(models))
    layers = [layers_of(model, most) for model in models]
    is_cut = any(len(_listed(model.get("layers"))) > most for model in models)
    remark = f"Of each model the first {most:,} layers are compared." if is_cut else ""

    def table(columns: Sequence[Leaves], **how: Any) -> Table:
        return table_of(columns, asked.base, show_all=asked.show_all, **how)

    return [
        Section("metrics", "Results", metric_table(asked), "Each metric's best value."),
        Section("params", "Parameters", table(params, place=importance)),
        Section("model", "Model", table(_models(asked.runs, models))),
        Section(
            "layers", "Layers", layer_table(layers, asked.base, show_all=asked.show_all), remark
        ),
        Section("data", "Data", table([_data(one) for one in kinds["data"]])),
        Section("git", "Commit", table([_mapped(one.get("git")) for one in environments])),
        Section("packages", "Packages", table([_packages(one) for one in environments])),
        Section("environment", "Environment", table([_rest(one) for one in environments])),
        Section("hardware", "Hardware", table([_hardware(one) for one in environments])),
    ]


def _data(document: Leaves) -> Leaves:
    """The fingerprints tell whether data differ; the statistics for rules would say it again."""
    return leaves_of({name: part for name, part in document.items() if name != "statistics"})


def metric_table(asked: Asked) -> Table:
    """Each metric's best value by run, the one that decides first."""
    decides = asked.objective.metric if asked.objective else ""
    names = sorted({name for run in asked.runs for name in run.metrics})
    names.sort(key=lambda name: (name != decides, name.startswith("system")))
    rows = [_metric_row(name, asked) for name in names]
    differing = [row for row in rows if row.differs]
    shown = rows if asked.show_all else differing
    return Table(
        tuple(shown[:MOST_ROWS]), len(differing), len(rows), max(len(shown) - MOST_ROWS, 0)
    )


def _metric_row(name: str, asked: Asked) -> Row:
    objective = asked.objective
    mode = (
        objective.mode
        if objective and objective.metric == name
        else queries.direction_of(name, asked.runs[0].project)
    )
    values = [best_value(run, Objective(name, mode)) for run in asked.runs]
    known = [value for value in values if value is not None]
    differs = len(set(values)) > 1
    best = (min if mode == "min" else max)(known, default=None)
    cells = tuple(_metric_cell(value, values[asked.base], best, differs) for value in values)
    return Row(name, cells, differs)


def _metric_cell(
    value: float | None, base: float | None, best: float | None, differs: bool
) -> Cell:
    is_other = value != base
    note = ""
    if is_other and value is not None and base is not None:
        more = value - base
        note = f"{'+' if more > 0 else ''}{number(more, 3)}"
    return Cell(number(value), is_other, differs and value is not None and value == best, note)


def _models(runs: Sequence[Run], models: Sequence[Leaves]) -> list[Leaves]:
    return [
        {"version": f"v{run.model_version}" if run.model_version else None}
        | leaves_of(recounted(model))
        for run, model in zip(runs, models, strict=True)
    ]


def _packages(environment: Leaves) -> Leaves:
    return _mapped(environment.get("packages"))


def _hardware(environment: Leaves) -> Leaves:
    return leaves_of({key: environment[key] for key in HARDWARE if key in environment})


def _rest(environment: Leaves) -> Leaves:
    return leaves_of({key: part for key, part in environment.items() if key not in APART})


def _mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
