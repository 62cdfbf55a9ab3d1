"""What a person's class is made with: no more than its constructor takes."""

import importlib
import inspect
from collections.abc import Mapping
from typing import Any

# Keras records them of every layer and model, and gives them back to constructors that take none.
_UNASKED = ("name", "trainable", "dtype")


def without_unasked(config: Any, own: Mapping[str, Any]) -> Any:
    """A copy of a configuration that classes without ``**kwargs`` can be made from.

    Args:
        own: classes of the recorded script, by name; those of modules are imported.
    """
    if isinstance(config, list):
        return [without_unasked(item, own) for item in config]
    if not isinstance(config, dict):
        return config
    copy = {key: without_unasked(value, own) for key, value in config.items()}
    refused = _refused_by(_class_of(config, own))
    if refused and isinstance(copy.get("config"), dict):
        copy["config"] = {k: v for k, v in copy["config"].items() if k not in refused}
    return copy


def _class_of(config: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
    name, module = config.get("class_name"), config.get("module")
    if not isinstance(name, str):
        return None
    if name in own:
        return own[name]
    if not isinstance(module, str) or module.startswith("keras"):
        return None
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None  # Keras says so in its own words


def _refused_by(found: Any) -> set[str]:
    if not inspect.isclass(found) or "from_config" in vars(found):
        return set()
    parameters = inspect.signature(found).parameters
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()):
        return set()
    return set(_UNASKED) - set(parameters)
