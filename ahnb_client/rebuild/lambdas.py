"""Lambdas of a configuration: Keras keeps their bytecode, and not what it refers to.

For trusted records alone: bytecode that is read may do whatever its author wanted.
"""

import marshal
from base64 import b64decode
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

_CLASS = "__lambda__"
_PARTS = ("co_argcount", "co_kwonlyargcount", "co_flags", "co_varnames", "co_names")
_MORE_PARTS = ("co_freevars", "co_cellvars", "co_exceptiontable")
_Change = Callable[[dict[str, Any]], dict[str, Any]]


def lend_names(names: Mapping[str, Any]) -> None:
    """Let lambdas find `names`: Keras makes them functions of one of its own modules."""
    from keras.src.utils import python_utils

    for name, value in names.items():
        vars(python_utils).setdefault(name, value)


def with_class(config: Any) -> Any:
    """A copy in which lambdas say what they are: of activations Keras keeps the bytecode alone."""
    return _changed(
        config, lambda named: named, lambda bare: {"class_name": _CLASS, "config": bare}
    )


def in_words(config: Any) -> Any:
    """A copy that says what each lambda does: the same code has other bytes in each process."""

    def of_layer(named: dict[str, Any]) -> dict[str, Any]:
        return {**named, "config": _lambda_in_words(named["config"])}

    return _changed(config, of_layer, _lambda_in_words)


def _changed(config: Any, named: _Change, bare: _Change) -> Any:
    """A copy with other lambdas: those that say that they are some, and those that do not."""
    if isinstance(config, list):
        return [_changed(item, named, bare) for item in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == _CLASS:
        return named(config)
    if _is_bare(config):
        return bare(config)
    return {key: _changed(value, named, bare) for key, value in config.items()}


def _is_bare(config: Mapping[str, Any]) -> bool:
    value = config.get("value")
    return len(config) == 1 and isinstance(value, list) and len(value) == 3


def _lambda_in_words(config: Mapping[str, Any]) -> dict[str, Any]:
    """Of a layer it is `{code, defaults, closure}`, elsewhere these three in a list."""
    if isinstance(value := config.get("value"), list):
        return {"value": [_code_in_words(value[0]), *value[1:]]}
    return {**config, "code": _code_in_words(config["code"])}


def _code_in_words(encoded: str) -> Any:
    return _meaning(marshal.loads(b64decode(encoded)))  # noqa: S302 - trusted by a person


def _meaning(code: CodeType) -> list[str]:
    """What two code objects have in common that do the same, wherever they were written."""
    parts = [repr(getattr(code, part, None)) for part in (*_PARTS, *_MORE_PARTS)]
    constants = (_meaning(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return [*parts, code.co_code.hex(), *map(repr, constants)]
