"""The person's own parameters of a run."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from .plain import plain


class Params(Mapping[str, Any]):
    """The person's hyperparameters; setting one records it, without what looks like a secret."""

    def __init__(
        self, record: Callable[[str, dict[str, Any]], None], params: Mapping[str, Any]
    ) -> None:
        """`record` takes an event's kind and data."""
        self._record = record
        self._values: dict[str, Any] = {}
        self.update(params)

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def update(self, params: Mapping[str, Any] = {}, /, **more: Any) -> None:
        """Set several at once."""
        changes = {**params, **more}
        if changes:
            self._values.update(changes)
            self._record("params", without_secrets(changes))

    def setdefault(self, key: str, value: Any) -> Any:
        """Return the value of `key`, which is `value` from now on if there was none."""
        if key not in self._values:
            self[key] = value
        return self._values[key]

    def __ior__(self, params: Mapping[str, Any]) -> Self:
        self.update(params)
        return self

    def __repr__(self) -> str:
        return repr(self._values)


def without_secrets(params: Mapping[str, Any]) -> Any:
    """A copy as plain JSON data, with what looks like a secret masked."""
    from .capture.secrets import masked_tree  # a run without parameters does without it

    return masked_tree(plain(params))
