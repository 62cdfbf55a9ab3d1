"""What the page of a run shows of its charts, whole or when new metrics came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..models import Run
from .groups import MOST_CHARTS, groups_of, sections_of, shown_of
from .report import directions_of, fit_count, objective_of


def charts_of(run: Run, find: str) -> dict[str, Any]:
    """The context of the charts alone."""
    groups = groups_of(run.metrics, directions_of(run))
    context = {"run": run, "groups": groups, "objective": objective_of(run)}
    return context | {"steps_per_epoch": fit_count(run, "steps")} | cards_of(context, find)


def cards_of(context: Mapping[str, Any], find: str) -> dict[str, Any]:
    """The charts among `context`'s groups whose names hold `find`, in sections."""
    shown = shown_of(context["groups"], find)
    sections = sections_of(shown)
    return {
        "find": find,
        "all_charts": len(context["groups"]),
        "shown_charts": len(shown),
        "has_more_charts": len(context["groups"]) > MOST_CHARTS,
        "sections": [section for section in sections if not section.is_system],
        "system": next((section for section in sections if section.is_system), None),
        "charts": [group.as_dict(context["objective"]) for group in shown],
        "metric_count": len(context["run"].metrics),
    }
