"""An earlier run that began exactly as this one did."""

from __future__ import annotations

from typing import Any

from ..models import Run, RunDocument

# What has to be known and equal: else the two were not the same training.
EQUAL = ("configuration", "weights_hash", "data_hash", "code_hash")
GENERATORS = ("python_state", "numpy_state", "keras_state")
MOST_LOOKED_AT = 20


def twin_of(run: Run, environment: Any) -> dict[str, Any]:
    """``{twin: {run, same_result}}`` by the newest such run that was trained; else nothing."""
    states = _states(environment)
    if not run.trained_hash or states is None or not all(getattr(run, name) for name in EQUAL):
        return {}
    rows = Run.objects.filter(
        project_id=run.project_id, number__lt=run.number, **{n: getattr(run, n) for n in EQUAL}
    ).exclude(trained_hash="")
    newest = rows.order_by("-number").values_list("id", "number", "trained_hash")
    found = {key: (number, trained) for key, number, trained in newest[:MOST_LOOKED_AT]}
    environments = RunDocument.objects.filter(
        project_id=run.project_id, run_id__in=found, kind="environment"
    ).values_list("run_id", "data")
    twins = [found[key] for key, data in environments if _states(data) == states]
    if not twins:
        return {}
    number, trained = max(twins)
    return {"twin": {"run": f"#{number}", "same_result": trained == run.trained_hash}}


def _states(environment: Any) -> tuple[Any, ...] | None:
    """The states of the random generators as the fit began; None where they are unknown."""
    random = environment.get("random") if isinstance(environment, dict) else None
    return tuple(random.get(name) for name in GENERATORS) if isinstance(random, dict) else None
