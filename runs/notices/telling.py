"""The documents of events; addresses are paths until they are sent."""

from __future__ import annotations

from typing import Any

from ahnb_platform.accounts.addresses import absolute
from ahnb_platform.web import formats
from projects.models import Project

from ..linting.models import Finding, Severity
from ..models import Run
from .kinds import TEST

LONGEST_TEXT = 500


def of_run(kind: str, project: Project, run: Run, **more: Any) -> dict[str, Any]:
    """A run that ended or was lost."""
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    told = {
        **_run(run),
        "status": "lost" if kind == "run.lost" else run.status,
        "reason": run.status_reason[:LONGEST_TEXT],
        "duration_seconds": None if seconds is None else max(0.0, round(seconds, 3)),
        **more,
    }
    return {"kind": kind, "project": _project(project), "run": told}


def of_finding(project: Project, run: Run, row: Finding) -> dict[str, Any]:
    """What a rule found in a run."""
    found = {
        "rule": row.rule,
        "severity": str(Severity(row.severity).label),
        "text": row.text[:LONGEST_TEXT],
        "place": row.place,
    }
    told = {**_run(run), "status": run.status}
    return {"kind": "run.finding", "project": _project(project), "run": told, "finding": found}


def of_quota(
    project: Project, of: str, what: str, level: str, used: int, limit: int
) -> dict[str, Any]:
    """How much is used of what a project or its team may have: `level` is "near" or "over"."""
    quota = {"of": of, "what": what, "level": level, "used": used, "limit": limit}
    return {"kind": "project.quota", "project": _project(project), "quota": quota}


def of_test() -> dict[str, Any]:
    """What “send a test” sends."""
    return {"kind": TEST}


def with_addresses(data: dict[str, Any]) -> dict[str, Any]:
    """The document with full addresses in place of paths."""
    told = dict(data)
    for name in ("project", "run"):
        if name in told:
            told[name] = {**told[name], "url": absolute(told[name]["url"])}
    return told


def in_words(data: dict[str, Any]) -> str:
    """One line that says what happened."""
    if data["kind"] == TEST:
        return "A test from AHNB: webhooks arrive here."
    where = data["project"]["path"]
    if quota := data.get("quota"):
        form = formats.size if quota["what"] == "bytes" else formats.number
        used = f"{form(quota['used'])} of {form(quota['limit'])}"
        what = {"bytes": "room for files"}.get(quota["what"], quota["what"])
        whose = where if quota["of"] == "project" else f"the team of {where}"
        level = "nearly used up" if quota["level"] == "near" else "used up"
        return f"The {what} that {whose} may have: {level}, {used}."
    run = data["run"]
    name = f"{where}#{run['number']} “{run['name']}”"
    if found := data.get("finding"):
        return f"{found['rule']} ({found['severity']}) in {name}: {found['text']}"
    if data["kind"] == "run.lost":
        return f"{name} gives no sign of life."
    seconds = run["duration_seconds"]
    after = f" after {formats.duration(seconds)}" if seconds else ""
    reason = f": {run['reason']}" if run["reason"] else ""
    return f"{name} {run['status']}{after}{reason}."


def _project(project: Project) -> dict[str, Any]:
    return {"path": project.path, "name": project.name, "url": project.get_absolute_url()}


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "number": run.number,
        "name": run.name,
        "url": run.get_absolute_url(),
    }
