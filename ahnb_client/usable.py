"""Arguments that make no sense: told once, and done without; a strict caller gets the error."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .errors import ConfigurationError
from .notices import tell

T = TypeVar("T")


class Usable:
    """Takes arguments one by one, and never raises unless it is strict."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    def of(self, check: Callable[..., T], *given: Any, instead: T) -> T:
        """Return what `check` makes of what was given, or `instead` if it makes no sense.

        Raises:
            Exception: what `check` raises, if strict.
        """
        try:
            return check(*given)
        except Exception as error:
            if self._strict:
                raise
            tell(f"{error}; recording goes on without it", once=f"argument {error}")
            return instead


def mapping_of_params(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The argument `params`.

    Raises:
        ConfigurationError: it is no mapping.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ConfigurationError(
            f"params has names and values, as {{'width': 64}}; it is no {type(given).__name__}"
        )
    return dict(given)
