"""All that the page of one run shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import queries
from ..models import Run
from .architecture.card import card_of
from .code import code_of
from .groups import Group, Member, groups_of
from .identity import documents_of
from .noted import notes_context
from .overview import GUESSES, Objective
from .paramcard import params_of
from .quoting import BESIDE, quoting_of
from .words.assemble import words_of
from .words.reading import record_of
from .words.status import epochs_done

MOST_TILES = 4
KINDS = (("data", "Data"), ("summary", "Summary"))
ENDED = ("finished", "failed", "interrupted", "preempted")


def report_of(run: Run) -> dict[str, Any]:
    """The context of the whole page."""
    documents, identity, beside = documents_of(run, BESIDE)
    return {
        **vitals_of(run),
        "params": params_of(run.params),
        "card": card_of(documents.get("model")),
        "environment": documents.get("environment") or {},
        "documents": documents,
        "code": code_of(documents.get("code")),
        **notes_context(run),
        "kinds": KINDS,
        "steps_per_epoch": fit_count(run, "steps"),
        "identity": identity,
        **quoting_of(run, beside),
    }


def vitals_of(run: Run) -> dict[str, Any]:
    """What changes while the run trains, with the words that stand beside it."""
    objective = objective_of(run)
    groups = groups_of(run.metrics, directions_of(run))
    record = record_of(run, objective)
    epochs = epochs_done(record)
    return {
        "run": run,
        "words": words_of(record),
        "delivery": record.delivery,
        "has_ended": run.status in ENDED,
        "objective": objective,
        "standing": record.standing,
        "found": record.found,
        "groups": groups,
        "tiles": tiles_of(groups, objective),
        "epochs": epochs,
        "seconds_per_epoch": run.duration_seconds / epochs if epochs else None,
        "state": run.state,
    }


def objective_of(run: Run) -> Objective | None:
    """What "best" means for this run: its own word, the project's, or the first usual metric."""
    stated = run.objective_metric or run.project.objective_metric
    metric = stated or next((guess for guess in GUESSES if guess in run.metrics), "")
    return Objective(metric, queries.direction_of(metric, run.project, run)) if metric else None


def directions_of(run: Run) -> dict[str, str]:
    return {name: queries.direction_of(name, run.project, run) for name in run.metrics}


def fit_count(run: Run, name: str) -> int | None:
    """A whole number that `fit` was given or found out; None where that is not recorded."""
    fit = run.params.get("fit")
    count = fit.get(name) if isinstance(fit, Mapping) else None
    return count if isinstance(count, int) else None


def tiles_of(groups: list[Group], objective: Objective | None) -> list[Member]:
    """The metrics worth a tile: the objective, other results on validation data, training."""
    members = [
        member
        for group in groups
        for member in group.members
        if member.summary.unit == "epoch" and member.role in ("train", "validation")
    ]
    decides = objective.metric if objective else ""
    members.sort(
        key=lambda one: (one.name != decides, one.name == "learning_rate", one.role == "train")
    )
    return members[:MOST_TILES]
