"""AHNB: every Keras training recorded, nothing lost.

    model.fit(x, y, callbacks=[ahnb_client.AHNBCallback("team/project")])

Names are loaded when they are first used, so that the import alone costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from . import errors
    from .autologging import autolog
    from .callback import AHNBCallback
    from .client import Client
    from .linter.once import lint
    from .run import Run, run
    from .timing import timed

__all__ = [
    "AHNBCallback",
    "Client",
    "Run",
    "__version__",
    "autolog",
    "errors",
    "lint",
    "run",
    "timed",
]

_HOMES = {
    "AHNBCallback": "callback",
    "Client": "client",
    "Run": "run",
    "autolog": "autologging",
    "lint": "linter.once",
    "run": "run",
    "timed": "timing",
}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module(f"{__name__}.errors")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext ahnb_client` calls: notes, cards and the cells of a notebook."""
    from .notebook import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext ahnb_client` calls."""
    from .notebook import unload

    unload(shell)
