"""Findings as SARIF 2.1.0 (OASIS standard, 2020), which code hosts show beside the lines."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..linting.finding import Finding
from ..linting.rule import RULES, Rule
from ..linting.rules import load
from ..version import __version__

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {"error": "error", "warn": "warning", "info": "note"}


def sarif_of(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the log: one run of this tool with all of its rules, a result for each finding."""
    load()
    places = {id_: place for place, id_ in enumerate(RULES)}
    driver = {
        "name": "ahnb",
        "version": __version__,
        "rules": [_rule(one) for one in RULES.values()],
    }
    results = [_result(one, places) for one in findings]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _rule(one: Rule) -> dict[str, Any]:
    return {
        "id": one.id,
        "shortDescription": {"text": one.title},
        "fullDescription": {"text": one.why},
        "help": {"text": f"{one.why} Source: {one.source}. See docs/lint/{one.id}.md."},
        "defaultConfiguration": {"level": LEVELS[one.severity]},
    }


def _result(finding: Finding, places: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.text}. {finding.fix}"},
        "locations": [_location(finding)],
        "properties": {"where": dict(finding.where), "evidence": dict(finding.evidence)},
    }
    if finding.id in places:
        result["ruleIndex"] = places[finding.id]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    """The line of the call of fit, and the layer."""
    location: dict[str, Any] = {}
    file, _, line = str(finding.where.get("source", "")).rpartition(":")
    if file and line.isdigit():
        uri = Path(file).as_posix() if not Path(file).is_absolute() else Path(file).as_uri()
        region = {"startLine": int(line)}
        location["physicalLocation"] = {"artifactLocation": {"uri": uri}, "region": region}
    if layer := finding.where.get("layer"):
        location["logicalLocations"] = [{"name": str(layer), "kind": "object"}]
    return location
