"""The options of a callback that mean more than a name: each as it is used, or an error."""

from collections.abc import Mapping
from typing import Any, Literal, cast, get_args

from ahnb_client.better import objective_of
from ahnb_client.capture.values import jsonable
from ahnb_client.errors import ConfigurationError
from ahnb_client.linter.ignoring import rule_id
from ahnb_client.naming import listed
from ahnb_client.usable import Usable, mapping_of_params

Mode = Literal["auto", "min", "max"]


def params_option(params: Mapping[str, Any] | None) -> Any:
    """The person's parameters as JSON; ConfigurationError if they are no mapping."""
    return jsonable(mapping_of_params(params))


def checked_mode(mode: Any) -> Mode:
    """The option `mode`; ConfigurationError if there is none such."""
    if mode not in get_args(Mode):
        raise ConfigurationError(f"mode is auto, min or max, not {mode!r}")
    return cast("Mode", mode)


def objective_option(monitor: Any, mode: Mode) -> dict[str, str] | None:
    """What is best, as `{metric, mode}`; ConfigurationError if `monitor` is no name."""
    if monitor is None:
        return None
    if not isinstance(monitor, str):
        raise ConfigurationError(f"monitor is the name of a metric, not {monitor!r}")
    return objective_of(monitor, mode)


def ignored_rules(usable: Usable, given: Any) -> frozenset[str]:
    """The rules that are not looked at; one that does not exist leaves the others."""
    ids: list[str] = usable.of(listed, given, instead=[])
    return frozenset(usable.of(rule_id, one, instead="") for one in ids) - {""}
