"""Names that Keras makes by itself, which say nothing: their running number is a process's own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_REFERENCES = frozenset(("input_layers", "output_layers", "keras_history"))


def without_numbers(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model's document in which names that Keras made are counted anew.

    The first layer that Keras called ``dense_12`` or the like becomes ``Dense#0``, the next one
    ``Dense#1``; a name that a person gave stays, whatever it is.
    """
    names = _Names(document)
    return {
        **document,
        "name": names.of(document.get("name")),
        "layers": [_row(row, names) for row in document.get("layers") or []],
        "edges": [[names.of(end) for end in edge] for edge in document.get("edges") or []],
        "config": _config(document.get("config"), names),
    }


def made_by_keras(class_name: str) -> re.Pattern[str]:
    """What Keras calls the layers and models of a class: its name in small letters, and a number.

    From `keras.src.utils.naming.auto_name`; a functional model was called ``model`` before.
    """
    words = re.sub(r"\W+", "", class_name)
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", words)
    words = re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
    prefix = "functional|model" if words == "functional" else re.escape(words)
    return re.compile(rf"(?:{prefix})(?:_\d+)?")


class _Names:
    """The new name of each that Keras made, in the order in which they stand in the record."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._new: dict[str, str] = {}
        counts: dict[str, int] = {}
        for name, class_name in _named(document):
            if name not in self._new and made_by_keras(class_name).fullmatch(name):
                count = counts[class_name] = counts.get(class_name, -1) + 1
                # With a sign that no name of Keras' holds: it is nobody else's.
                self._new[name] = f"{class_name}#{count}"

    def of(self, name: Any) -> Any:
        return self._new.get(name, name) if isinstance(name, str) else name


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each name with its class: the model's, its layers', then those that only the config has."""
    yield str(document.get("name")), str(document.get("class"))
    for row in document.get("layers") or []:
        yield str(row.get("name")), str(row.get("class"))
    yield from _named_in(document.get("config"))


def _named_in(config: Any) -> Iterator[tuple[str, str]]:
    if isinstance(config, list):
        for item in config:
            yield from _named_in(item)
    elif isinstance(config, dict):
        own = config.get("config")
        if isinstance(own, dict) and isinstance(own.get("name"), str):
            yield own["name"], str(config.get("class_name"))
        for value in config.values():
            yield from _named_in(value)


def _row(row: Mapping[str, Any], names: _Names) -> dict[str, Any]:
    return {**row, "name": names.of(row.get("name")), "parent": names.of(row.get("parent"))}


def _config(config: Any, names: _Names) -> Any:
    if isinstance(config, list):
        return [_config(item, names) for item in config]
    if not isinstance(config, dict):
        return config
    return {key: _told(key, value, names) for key, value in config.items()}


def _told(key: str, value: Any, names: _Names) -> Any:
    if key == "name":
        return names.of(value)
    return _references(value, names) if key in _REFERENCES else _config(value, names)


def _references(value: Any, names: _Names) -> Any:
    """Places in a graph, ``[layer, call, output]``, in lists or mappings."""
    if isinstance(value, list):
        return [_references(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _references(item, names) for key, item in value.items()}
    return names.of(value)
