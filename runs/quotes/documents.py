"""A quote as a document: a value with all that one needs to find it again, and to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from ..metrics.records import coded
from ..models import Quote, Run
from .values import STEP, Value, exact, rounded

VERSION = 1
MAY_CHANGE = "The run has not ended: the value may change."


def document_of(
    run: Run, found: Value, *, at: datetime, environment: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What is quoted, with addresses below the server's.

    Args:
        found: what `values.value_of` gave for `run`.
        at: the moment of quoting.
        environment: the run's record of its surroundings, which tells of the commit.
    """
    git = (environment or {}).get("git")
    git = git if isinstance(git, Mapping) else {}
    commit, dirty = git.get("commit"), git.get("dirty")
    value = found.value
    return {
        "version": VERSION,
        "metric": found.metric,
        "part": found.choice.part,
        "mode": found.mode,
        "words": found.words,
        "value": None if value is None else coded(value),
        "exact": None if value is None else exact(value),
        "rounded": None if value is None else rounded(value),
        "unit": found.summary.unit,
        "step": found.step,
        "where": found.where,
        "points": found.summary.count,
        "nonfinite": found.summary.nonfinite,
        "attempts": len(run.state.attempts) if run.state else 1,
        "run": {
            "id": str(run.id),
            "number": run.number,
            "name": run.name,
            "project": run.project.path,
            "status": run.shown_status,
            "started_at": _moment(run.started_at),
            "finished_at": run.finished_at and _moment(run.finished_at),
            "url": run.get_absolute_url(),
        },
        "model_version": run.model_version,
        "commit": commit if isinstance(commit, str) else None,
        "dirty": dirty if isinstance(dirty, bool) else None,
        "quoted_at": _moment(at),
        "remarks": remarks_of(run, found),
        "url": metric_address(run, found.metric, found.choice.part, found.choice.step),
    }


def remarks_of(run: Run, found: Value) -> list[str]:
    """What a reader has to know of the value, in sentences."""
    remarks = []
    one = found.summary
    if found.value is None and found.choice.part == STEP:
        remarks.append("Nothing was recorded at this step.")
    elif found.value is None:
        all_of_it = "Its only value" if one.count == 1 else f"None of its {one.count:,} values"
        is_odd = "is not finite" if one.count == 1 else "is finite"
        remarks.append(f"{all_of_it} {is_odd}: there is nothing to quote.")
    elif one.nonfinite:
        are = "is" if one.nonfinite == 1 else "are"
        remarks.append(f"Of its {one.count:,} values {one.nonfinite:,} {are} not finite: NaN or ∞.")
    if found.at_once > 1:
        remarks.append(f"{found.at_once:,} values came for this step; this is the last of them.")
    if run.state and len(run.state.attempts) > 1 and found.choice.part in ("best", "min", "max"):
        remarks.append("The run was resumed; what a later attempt replaced does not count.")
    if run.shown_status in ("running", "lost"):
        remarks.append(MAY_CHANGE)
    return remarks


def metric_address(run: Run, metric: str, part: str = "", step: float | None = None) -> str:
    """The permanent link of a metric, or of one of its values.

    Names that browsers or proxies would change in a path stand in the query string.
    """
    asked: dict[str, Any] = {}
    segments = metric.split("/")
    if all(segment not in ("", ".", "..") for segment in segments) and "\\" not in metric:
        path = f"/runs/{run.id}/metrics/{quote(metric, safe='/')}/"
    else:
        path = f"/runs/{run.id}/metrics/"
        asked["name"] = metric
    if step is not None:
        asked["step"] = int(step) if step == int(step) else step
    elif part:
        asked["part"] = part
    return f"{path}?{urlencode(asked)}" if asked else path


def handed_out(document: Mapping[str, Any], server: str, taken: Quote | None) -> dict[str, Any]:
    """The document with whole addresses, and that of the quote itself once it is recorded."""
    run = {**document["run"], "url": server + document["run"]["url"]}
    link = None
    if taken is not None:
        link = {"number": taken.number, "url": server + taken.get_absolute_url()}
    return {**document, "run": run, "url": server + document["url"], "quote": link}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
