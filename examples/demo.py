"""The demonstration: a server, a person, and real Keras trainings that fill a project.

    ./scripts/demo [--port N] [--once]

Everything that is shown was trained here and sent by the callback, as any program would. The
last training goes on until Ctrl-C, so that the run page is alive. `--once` compares what the
server holds with what Keras itself recorded, asks for every page, prints the counts and ends.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
EMAIL = "demo@example.org"
PROJECT = "demo/digits"
PORT = 8765
WIDTHS, RATES = (16, 64, 256), (0.0003, 0.001, 0.003, 0.01)
OPTIMIZERS = ("adam", "rmsprop")


def manage(*arguments: str) -> str:
    """Standard output of one manage.py command."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"manage.py {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def serving(port: int) -> Iterator[str]:
    """The server as a process of its own, ended with the demonstration; gives its address."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)]
    # It would invite to a page that shows nothing yet.
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=quiet, start_new_session=True) as server:
        try:
            wait_until_ready(url, server)
            yield url
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def wait_until_ready(url: str, server: subprocess.Popen[bytes], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit("The server did not start; its message stands above.")
        try:
            if requests.get(f"{url}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    sys.exit("The server was not ready in time.")


def configurations(count: int) -> list[Any]:
    """`count` different settings around what works for the digits; the same at every call."""
    from digits import Settings

    choose = random.Random(7)
    grid = list(itertools.product(WIDTHS, RATES, OPTIMIZERS))
    choose.shuffle(grid)
    repeated = itertools.islice(itertools.cycle(grid), count)
    return [
        Settings(
            width=width,
            depth=choose.choice((1, 2)),
            dropout=choose.choice((0.0, 0.2, 0.5)),
            optimizer=optimizer,
            learning_rate=rate,
            batch_size=choose.choice((32, 64, 128)),
            epochs=choose.choice((8, 12, 16)),
            seed=number // len(grid) + 1,
        )
        for number, (width, rate, optimizer) in enumerate(repeated)
    ]


@contextmanager
def quiet() -> Iterator[None]:
    """TensorFlow's libraries write about missing GPU drivers, whatever they are told."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def show_progress(done: int, of: int, words: str) -> None:
    filled = round(30 * done / of)
    line = f"[{'#' * filled}{'.' * (30 - filled)}] {done}/{of} {words}"
    end = "\n" if done == of or not sys.stderr.isatty() else ""
    print(f"\r{line:<78}", end=end, file=sys.stderr, flush=True)


def train_all(count: int) -> dict[str, dict[str, list[float]]]:
    """Train `count` models; what Keras kept of each (metric -> value per epoch), by run id."""
    from digits import own_parameters, train

    from ahnb_client import AHNBCallback

    kept = {}
    for number, settings in enumerate(configurations(count), 1):
        callback = AHNBCallback(
            PROJECT,
            params=own_parameters(settings),
            tags=["demo", settings.optimizer],
            group=f"width-{settings.width}",
            monitor="val_accuracy",
        )
        history = train(settings, callback, verbose=0).history
        kept[str(callback.run.id)] = history
        best = max(history["val_accuracy"])
        show_progress(number, count, f"models trained; this one reached {best:.4f}")
    return kept


def train_live(epochs: int) -> None:
    """A training slow enough to be watched, until Ctrl-C."""
    from dataclasses import replace

    import keras
    from digits import Settings, build_model, load_data, own_parameters

    from ahnb_client import AHNBCallback

    settings = replace(Settings(), width=128, depth=2, dropout=0.5, learning_rate=0.0002)
    images, validation_images, labels, validation_labels = load_data()
    callback = AHNBCallback(
        PROJECT,
        params=own_parameters(settings),
        tags=["demo", "live"],
        notes="Still training: the curves grow while you look.",
        monitor="val_accuracy",
    )

    class Calm(keras.callbacks.Callback):
        """Waits a little after every batch."""

        def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
            time.sleep(0.05)

    try:
        build_model(settings).fit(
            images,
            labels,
            batch_size=settings.batch_size,
            epochs=epochs,
            validation_data=(validation_images, validation_labels),
            callbacks=[Calm(), callback],
            verbose=0,
        )
    finally:
        # The server is ours and ends next: let the run's last words reach it.
        callback.run.wait(5)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--once", action="store_true", help="check that all arrived, then end")
    parser.add_argument("--models", type=int, default=24, help=argparse.SUPPRESS)
    given = parser.parse_args()
    # Whoever ends it otherwise than by Ctrl-C ends its server, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with serving(given.port) as url:
        manage("adduser", EMAIL, "--team", "demo", "--role", "owner")
        manage("addproject", PROJECT)
        name = f"demo {time.strftime('%Y-%m-%d %H:%M:%S')}"
        key = manage("addtoken", EMAIL, "--name", name, "--project", PROJECT, "--days", "7")
        connect(url, key)
        words = f"The server runs. {given.models} trainings follow, then the link to look at them."
        print(words, "Loading Keras …", sep="\n", file=sys.stderr, flush=True)
        with quiet():
            import keras  # noqa: F401 - the slowest import, and the only noisy one
        kept = train_all(max(given.models, 1))
        link = manage("loginlink", EMAIL, "--hours", "24")
        if given.once:
            from demo_check import check

            sys.exit(check(url, key, PROJECT, link, kept))
        print(f"\nLook at it: {link}\n(once, within a day; Ctrl-C ends the server)\n", flush=True)
        try:
            train_live(epochs=2000)
            signal.pause()
        except KeyboardInterrupt:
            again = "" if given.port == PORT else f" --port {given.port}"
            print(f"\nEnded. `./scripts/serve{again}` shows it again,")
            print(f"`.venv/bin/python manage.py loginlink {EMAIL}` lets you in.")


def connect(url: str, key: str) -> None:
    """Tell the client where to send, by its environment as any job script does."""
    spool = Path(os.environ.get("AHNB_DATA_DIR") or ROOT / ".ahnb") / "demo-spool"
    os.environ.update(AHNB_SERVER=url, AHNB_API_KEY=key, AHNB_DIR=str(spool))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")


if __name__ == "__main__":
    main()
