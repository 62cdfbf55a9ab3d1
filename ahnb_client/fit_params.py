"""The parameters that a fit has by itself: settings of the model, of the optimizer, of the call."""

from collections.abc import Mapping
from typing import Any

from ahnb_client.capture.callbacks import callback_params
from ahnb_client.capture.distribution import distribution_params
from ahnb_client.capture.fit_arguments import FitArguments
from ahnb_client.capture.model import compile_params
from ahnb_client.capture.optimizer import optimizer_params, other_optimizers
from ahnb_client.capture.trial import Trial
from ahnb_client.guard import Guard


def captured_params(
    guard: Guard,
    model: Any,
    document: Mapping[str, Any],
    trial: Trial | None,
) -> dict[str, Any]:
    """Return what `model` and its recorded `document` say, and the trial it belongs to."""
    captured: dict[str, Any] = {"compile": compile_params(document.get("compile", {}))}
    captured["distribution"] = guard.call("params", distribution_params, model)
    captured |= trial.params() if trial is not None else {}
    if getattr(model, "optimizer", None) is not None:
        captured["optimizer"] = guard.call("params", optimizer_params, model.optimizer)
        captured["optimizers"] = guard.call("params", other_optimizers, model)
    return captured


def given_params(
    guard: Guard, arguments: FitArguments | None, steps: int | None, ours: type
) -> dict[str, Any]:
    """Return what fit was called with; callbacks of type `ours` are not listed."""
    if arguments is None:
        return {}
    return {
        "fit": guard.call("params", arguments.params, steps),
        "callbacks": guard.call("params", callback_params, arguments.callbacks, without=ours),
    }


def beside(own: Mapping[str, Any], captured: Mapping[str, Any]) -> dict[str, Any]:
    """Return `captured` so that it leaves every name in `own` to the person.

    A group whose name the person gave to a single value goes under ``captured``.
    """
    free: dict[str, Any] = {}
    for name, value in captured.items():
        mine = own.get(name)
        if name not in own:
            free[name] = value
        elif isinstance(mine, Mapping) and isinstance(value, Mapping):
            free[name] = beside(mine, value)
        elif isinstance(value, Mapping):
            free["captured"] = {**free.get("captured", {}), name: value}
    return free
