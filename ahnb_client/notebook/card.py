"""The card of a run: HTML without script or style sheet, readable in light and dark notebooks."""

import math
from html import escape

from ahnb_client.better import mode_of
from ahnb_client.linting.finding import SEVERITIES
from ahnb_client.run import Run

from .curves import Curve, Follower
from .sparkline import STROKES, sparkline

MAX_GROUPS = 4
_BOX = (
    "border:1px solid rgba(128,128,128,.4);border-radius:6px;padding:8px 12px;margin:4px 0;"
    "max-width:46em;font:13px/1.5 system-ui,sans-serif;color:inherit"
)
_FAINT = "opacity:.75"
_CELL = "padding:0 10px 0 0;text-align:left;border:0;background:none;font-weight:normal"
_NUMBER = f"{_CELL};font-variant-numeric:tabular-nums"
_SIGNS = {"running": "▶", "finished": "✓", "failed": "✕", "interrupted": "■", "preempted": "■"}
_UNIT_ORDER = ("epoch", "step")
_USUAL = ("loss", "accuracy")
_ROLES = (("train", ""), ("validation", "val_"))


def html_of(follower: Follower, seconds: float | None = None) -> str:
    """Return the card as it stands now.

    Args:
        follower: the run and its curves.
        seconds: how long the run takes or took, if that is to be told.
    """
    run = follower.run
    groups = "".join(_group(name, curves, run) for name, curves in _groups(follower))
    return (
        f'<div style="{_BOX}"><div>{_head(run, seconds)}</div>'
        f'<div style="display:flex;flex-wrap:wrap;gap:4px 24px">{groups}</div>'
        f"{_findings(run)}</div>"
    )


def text_of(follower: Follower) -> str:
    """Return the same in one line, for what shows no HTML."""
    run = follower.run
    last = [
        f"{prefix}{name} {_number(curves[role].last)}"
        for name, curves in _groups(follower)
        for role, prefix in _ROLES
        if role in curves
    ]
    return ", ".join([f"{run.name or run.id}: {run.status}", *last])


def _head(run: Run, seconds: float | None) -> str:
    status = f"{_SIGNS.get(run.status, '')} {escape(run.status)}"
    parts = [f"<strong>{status}</strong>", _link(run)]
    if run.project:
        parts.append(f'<span style="{_FAINT}">{escape(run.project)}</span>')
    if seconds is not None:
        parts.append(f'<span style="{_FAINT}">{_duration(seconds)}</span>')
    return " · ".join(parts)


def _findings(run: Run) -> str:
    """One line: how many mistakes were found, and the worst of them."""
    found = [one for one in run.findings if one.severity != "info"]
    if not found:
        return ""
    worst = min(found, key=lambda one: SEVERITIES.index(one.severity))
    count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    told = f"{worst.id} {worst.severity}: {worst.text}"
    return f"<div><strong>{count}</strong> · {escape(told)}</div>"


def _link(run: Run) -> str:
    name = escape(run.name or f"run {run.id}")
    if run.url is None:
        return f'{name} <span style="{_FAINT}">(recorded offline)</span>'
    return f'<a href="{escape(run.url)}" target="_blank" rel="noopener">{name}</a>'


# Which metrics, and in which order


def _groups(follower: Follower) -> list[tuple[str, dict[str, Curve]]]:
    """Return metrics that belong on one curve, as ``(name, {"train": …, "validation": …})``."""
    groups: dict[str, dict[str, Curve]] = {}
    for name, curve in list(follower.curves.items()):
        role = "validation" if name.startswith("val_") else "train"
        groups.setdefault(name.removeprefix("val_"), {})[role] = curve
    has_others = any(not name.startswith("batch/") for name in groups)
    shown = [
        (name, curves)
        for name, curves in groups.items()
        if not (has_others and name.startswith("batch/"))
    ]
    decides = (follower.run.objective or {}).get("metric", "").removeprefix("val_")
    return sorted(shown, key=lambda group: _rank(group[0], group[1], decides))[:MAX_GROUPS]


def _rank(name: str, curves: dict[str, Curve], decides: str) -> tuple[object, ...]:
    unit = min(_UNIT_ORDER.index(curve.unit) for curve in curves.values())
    usual = _USUAL.index(name) if name in _USUAL else len(_USUAL)
    return name != decides, unit, name == "learning_rate", usual


# One of them


def _group(name: str, curves: dict[str, Curve], run: Run) -> str:
    drawn = [curves[role].drawn() if role in curves else [] for role, _ in _ROLES]
    rows = [
        _row(f"{prefix}{name}", curves[role], run, colour)
        for (role, prefix), (colour, _) in zip(_ROLES, STROKES, strict=True)
        if role in curves
    ]
    return (
        f'<div><div>{sparkline(drawn)}</div><table style="border:0;margin:0;background:none">'
        f"{''.join(rows)}</table></div>"
    )


def _row(name: str, curve: Curve, run: Run, colour: str) -> str:
    objective = run.objective or {}
    mode = objective.get("mode") if objective.get("metric") == name else mode_of(name)
    best = curve.greatest if mode == "max" else curve.least
    where = f" at {curve.unit} {best[0]:,}" if best else ""
    told = f"best {_number(best)}{where}" if best and name != "learning_rate" else ""
    return _cells(
        f'<span style="color:{colour}" aria-hidden="true">━</span> {escape(name)}',
        _number(curve.last),
        f'<span style="{_FAINT}">{escape(told)}</span>',
    )


def _cells(name: str, *numbers: str) -> str:
    cells = "".join(f'<td style="{_NUMBER}">{number}</td>' for number in numbers)
    return f'<tr style="background:none"><th scope="row" style="{_CELL}">{name}</th>{cells}</tr>'


def _number(point: tuple[int, float] | None) -> str:
    if point is None:
        return ""
    value = point[1]
    return f"{value:.4g}" if math.isfinite(value) else str(value)


def _duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
