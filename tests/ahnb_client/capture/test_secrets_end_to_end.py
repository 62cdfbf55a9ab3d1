"""Every secret in every place of real runs: none is in the spool's bytes or on the wire."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ahnb_client.capture.checkouts import commit
from tests.ahnb_client.capture.secret_corpus import PRIVATE_KEY, SECRETS
from tests.ahnb_client.processes import Program

SETTINGS = {secret.name: secret.value for secret in SECRETS}
HIDDEN = {secret.name: secret.hidden for secret in SECRETS} | {
    f"private key, line {number}": line
    for number, line in enumerate(PRIVATE_KEY.split("\n")[1:-1], 1)
}
CODE = (
    "".join(f"{name.replace('-', '_')} = {value!r}\n" for name, value in SETTINGS.items())
    + f"pem = {PRIVATE_KEY!r}\npem_text = '''\n{PRIVATE_KEY}\n'''\n"
)

LOOP = """
import json, pathlib, ahnb_client, settings
params = json.loads(pathlib.Path("params.json.txt").read_text())
with ahnb_client.run(params=params) as run:
    run.params.update({"again": params})
    run.log({"loss": 1.0})
"""
TRAINING = """
import json, pathlib, keras, numpy as np, settings
from ahnb_client import AHNBCallback
params = json.loads(pathlib.Path("params.json.txt").read_text())

class Notifier(keras.callbacks.Callback):
    def __init__(self, api_key, note):
        super().__init__()
        self.api_key, self.note = api_key, note

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", run_eagerly=True)
others = [Notifier(value, f"{name}={value}") for name, value in params.items()]
try:
    ours = AHNBCallback(params=params)
    model.fit(np.ones((8, 3)), np.ones(8), verbose=0, callbacks=[ours, *others])
    ours = AHNBCallback()
    failing = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: 1 / 0)
    model.fit(np.ones((8, 3)), np.ones(8), verbose=0, callbacks=[ours, failing])
except ZeroDivisionError:
    pass
"""


def command_line() -> list[str]:
    """Each secret as an option in both forms, and as an assignment."""
    options = []
    for name, value in SETTINGS.items():
        options += [f"--{name}", value, f"--{name}={value}", f"{name}={value}"]
    return options


@pytest.mark.parametrize(
    "script",
    [
        LOOP,
        pytest.param(TRAINING, marks=[pytest.mark.keras, pytest.mark.slow]),
    ],
    ids=["loop", "training"],
)
def test_no_secret_is_in_the_spool_or_on_the_wire(script, tmp_path, program: Program, store):
    folder = tmp_path / "code"
    commit(folder, settings="old = 1\n", other="x = 1\n")
    (folder / "conf.yaml").write_text("a: 1\n")
    commit(folder, train=script)
    (folder / "settings.py").write_text(CODE)
    (folder / "other.py").write_text(CODE)
    (folder / "conf.yaml").write_text("".join(f"{k}: {v}\n" for k, v in SETTINGS.items()))
    (folder / "train.py").write_text(script + "\n" + CODE)
    (folder / "params.json.txt").write_text(json.dumps(SETTINGS))
    variables = {f"TF_{name.replace('-', '_')}": value for name, value in SETTINGS.items()}
    program.more = {"AHNB_MODE": "offline", "TF_CPP_MIN_LOG_LEVEL": "3", **variables}
    done = subprocess.run(
        [sys.executable, "train.py", *command_line()],
        cwd=folder,
        env=program.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    spool = b"".join(
        path.read_bytes() for path in (tmp_path / "spool").rglob("*") if path.is_file()
    )
    assert leaks(spool) == []
    program.more = {}
    assert program.ahnb("sync").returncode == 0
    wire = json.dumps([request.body for request in store.requests], ensure_ascii=False).encode()
    assert leaks(wire) == []
    (run_id, *_) = store.runs
    assert everything_is_there(store, run_id, folder)


def leaks(data: bytes) -> list[str]:
    return [name for name, hidden in HIDDEN.items() if hidden.encode() in data]


def everything_is_there(store, run_id: str, folder: Path) -> bool:
    """The record is whole: what is masked was there to be masked."""
    params = {k for data in store.events(run_id, "params") for k in data}
    (environment,) = store.events(run_id, "environment")
    (code,) = store.events(run_id, "code")
    modules = {module["name"]: module for module in code["modules"]}
    assert set(SETTINGS) <= params
    assert len(environment["command"]) >= 4 * len(SETTINGS)
    assert len(environment["variables"]) >= len(SETTINGS)
    assert code["source"].count("***") >= len(SETTINGS)
    assert modules["settings"]["source"].count("***") >= len(SETTINGS)
    for name in ("train.py", "settings.py", "other.py", "conf.yaml"):
        assert f"+++ b/{name}" in code["git"]["diff"]
    return code["root"] == str(folder)
