"""Models with lambdas and classes of a person's own, made again from script and configuration."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest

from ahnb_client.capture.model import model_document
from ahnb_client.commands.verify import verified
from ahnb_client.rebuild.lambdas import in_words
from ahnb_client.rebuild.model import answer_to

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`"),
]

SCRIPT = """
import keras
from keras import layers

SCALE = 2.0
WIDTHS: list[int] = [4, 1]

def halve(x):
    return x / 2

class Plain(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = (layers.Dense(width) for width in WIDTHS)

    def call(self, inputs):
        return self.second(self.first(inputs))

class Scaled(layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

class Given(keras.Model):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, inputs):
        return self.layer(inputs)

def behind(layer, loss="mse"):
    model = keras.Sequential([keras.Input((3,)), layer, layers.Dense(1)])
    model.compile("adam", loss)
    return model
"""
MODELS = {
    "a lambda": "behind(layers.Lambda(lambda x: x * 2))",
    "names of the script": "behind(layers.Lambda(lambda x: keras.ops.abs(x) * SCALE))",
    "a function": "behind(layers.Lambda(halve))",
    "an activation": "behind(layers.Dense(2, activation=lambda x: x * SCALE))",
    "a loss": "behind(layers.Dense(2), loss=lambda y, p: keras.ops.mean((y - p) ** 2))",
    "a layer": "behind(Scaled(3.0))",
    "a model": "Plain()",
}


class Script:
    """A script that makes one model, run as the main module of a process."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path, self._monkeypatch = path, monkeypatch

    def record(self, expression: str) -> dict[str, Any]:
        """What is recorded of the model."""
        # Keras looks for the source of a lambda.
        self._path.write_text(f"{SCRIPT}\nmodel = {expression}\n")
        exec(compile(self._path.read_text(), self._path, "exec"), vars(self._new_process()))
        model = vars(sys.modules["__main__"])["model"]
        if not model.built:
            model.compile("adam", "mse")
            model(np.zeros((2, 3), "float32"))
        document: dict[str, Any] = json.loads(json.dumps(model_document(model)))
        return document

    def make_again(self, document: dict[str, Any], *, trust: bool) -> Any:
        """What the process says that makes the model again."""
        self._new_process()
        code = {"path": "train.py", "source": self._path.read_text()}
        return answer_to({"model": document, "code": code, "trust": trust})

    def _new_process(self) -> ModuleType:
        keras.backend.clear_session()
        module = ModuleType("__main__")
        self._monkeypatch.setitem(sys.modules, "__main__", module)
        self._monkeypatch.setattr(sys, "path", [*sys.path])
        return module


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    return Script(tmp_path / "train.py", monkeypatch)


@pytest.mark.parametrize("kind", MODELS)
def test_a_trusted_record_makes_the_same_model(script, kind):
    answer = script.make_again(script.record(MODELS[kind]), trust=True)
    assert answer["error"] == ""
    assert [check for check in answer["checks"] if not check["holds"]] == []


@pytest.mark.parametrize("kind", ["a lambda", "a model"])
def test_one_that_is_not_trusted_executes_nothing(script, kind):
    answer = script.make_again(script.record(MODELS[kind]), trust=False)
    assert answer["checks"] == []
    assert answer["error"]


def test_a_model_without_a_configuration_says_what_repeats_it(script):
    document = script.record("Given(layers.Dense(1))")
    about = {"id": "0192f3aa", "project": "a/b", "number": 1}
    report = verified(about, {"model": document}, trust=True)
    assert (report["holds"], report["level"]) == (False, "recorded")
    assert "cannot be made again: NotImplementedError: Object Given" in report["error"]
    assert "`ahnb rerun 0192f3aa` runs its whole program instead" in report["error"]


def test_lambdas_are_compared_by_what_they_do(script):
    one, same, other = (
        script.record(f"(behind(layers.Lambda({line}lambda x: x * {factor})))")["config"]
        for line, factor in (("", 2), ("\n\n", 2), ("", 3))
    )
    assert in_words(one) == in_words(same)
    assert in_words(one) != in_words(other)
