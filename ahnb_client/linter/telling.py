"""Findings in words, and as the events that a run records."""

from collections.abc import Iterable
from typing import Any

from ahnb_client.linting.finding import SEVERITIES, Finding
from ahnb_client.notices import tell
from ahnb_client.version import __version__

# A finding of a training that goes on is the same one although its end has moved.
_MOVING = ("epoch", "step")
_ENDS = (".", "!", "?", "…", ":")
_is_silent = False


def in_words(finding: Finding) -> str:
    """Return the finding in one line: rule, severity, place, what was seen, how it is mended."""
    place = f" ({finding.place})" if finding.place else ""
    text = finding.text.rstrip()
    fix = f"{'' if text.endswith(_ENDS) else '.'} Fix: {finding.fix}" if finding.fix else ""
    said = f"{finding.id} {finding.severity}{place}: {text}{fix}"
    return f"{' '.join(said.split())} (docs/lint/{finding.id}.md)"


def be_silent() -> None:
    """Say no finding from now on: somebody else shows them."""
    global _is_silent
    _is_silent = True


def tell_finding(finding: Finding) -> None:
    """Say it on standard error; what is only for information is not said."""
    if finding.severity != "info" and not _is_silent:
        tell(in_words(finding))


def event_of(finding: Finding, step: int | None = None) -> dict[str, Any]:
    """Return the event `finding`; `step` is that of the newest batch."""
    document = finding.as_dict() | {"rules_version": __version__}
    step = finding.where.get("step", step)
    return document if step is None else document | {"step": step}


def key_of(finding: Finding) -> tuple[str, str]:
    """Return what a finding is recognized by when the rules are asked again."""
    still = {word: at for word, at in finding.where.items() if word not in _MOVING}
    return finding.id, repr(sorted(still.items()))


def at_least(findings: Iterable[Finding], severity: str) -> list[Finding]:
    """Return those that are as bad as `severity`, or worse."""
    worst = SEVERITIES[: [*SEVERITIES].index(severity) + 1]  # type: ignore[arg-type]
    return [finding for finding in findings if finding.severity in worst]
