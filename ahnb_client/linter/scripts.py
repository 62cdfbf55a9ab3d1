"""Watching the fits of a script that knows nothing of it."""

import functools
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from ahnb_client.linter import telling
from ahnb_client.linting.finding import Finding


class Watch:
    """The fits of one script: each is linted and, unless `trains`, ends after its first batch.

    Attributes:
        findings: of all fits, each with the line that called it as ``source``.
        fits: how many were begun.
    """

    def __init__(self, script: Path, ignore: Collection[str], *, trains: bool) -> None:
        self.findings: list[Finding] = []
        self.fits = 0
        self._script, self._ignore, self._trains = script, ignore, trains

    def begin(self) -> None:
        """Watch every fit of Keras from now on."""
        import keras

        telling.be_silent()
        original = keras.Model.fit
        signature = inspect.signature(original)

        @functools.wraps(original)
        def fit(*args: Any, **kwargs: Any) -> Any:
            source = self._line()
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:
                return original(*args, **kwargs)  # Keras says what is wrong with the call
            observer = self._join(bound)
            self.fits += 1
            try:
                return original(*bound.args, **bound.kwargs)
            finally:
                self._take(observer.findings, source)

        keras.Model.fit = fit

    def _join(self, bound: inspect.BoundArguments) -> Any:
        """Put our callbacks beside those given; gives the one that lints."""
        from ahnb_client.callback import AHNBCallback
        from ahnb_client.fit import beside, observers_in

        model, given = bound.args[0], bound.arguments.get("callbacks")
        ours = [one for one in observers_in(given) if isinstance(one, AHNBCallback)]
        if not ours:
            ours = [AHNBCallback(lint_ignore=self._ignore)]
            given = beside(given, ours[0], model)
        if not self._trains:
            given = beside(given, _first_batch_only(), model)
        bound.arguments["callbacks"] = given
        return ours[0]

    def _take(self, findings: Sequence[Finding], source: str | None) -> None:
        for finding in findings:
            place = {} if source is None else {"source": source}
            told = replace(finding, where={**finding.where, **place})
            if finding.id not in self._ignore and told not in self.findings:
                self.findings.append(told)

    def _line(self) -> str | None:
        """The line of the script that led to this call."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if Path(frame.f_code.co_filename).resolve() == self._script.resolve():
                path = self._script
                inside = path.resolve().is_relative_to(Path.cwd())
                told = os.path.relpath(path) if inside else path.resolve()
                return f"{told}:{frame.f_lineno}"
            frame = frame.f_back
        return None


def _first_batch_only() -> Any:
    """A callback that ends a fit as EarlyStopping does: the fit returns, the script goes on."""
    import keras

    class FirstBatchOnly(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = True

    return FirstBatchOnly()


def when_keras_is_there(then: Callable[[], None]) -> None:
    """Call `then` once Keras is imported: until then a script may choose its back end."""
    if "keras" in sys.modules:
        then()
    else:
        sys.meta_path.insert(0, _KerasFinder(then))


class _KerasFinder(MetaPathFinder):
    """Sees the import of Keras and nothing else."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then

    def find_spec(
        self, name: str, path: Any, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find Keras where it is, and call back once it is executed."""
        if name != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec("keras")
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            self._then()

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
