"""What happens to runs when a kernel is interrupted, restarted, or used again and again."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.ahnb_client.processes import Program
from tests.ahnb_client.server import Store

from .kernels import Kernel

Arrived = Callable[..., Any]
KERAS = """
    import keras, numpy as np
    from ahnb_client import AHNBCallback
    x = np.random.default_rng(1).random((64, 3), dtype="float32")
    y = (x.sum(axis=1) > 1.5).astype("int32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
"""
LOOP = """
    import time
    with ahnb_client.run(name="{name}") as run:
        while True:
            run.log({{"loss": 1.0}})
            if run.params.get("told") is None:
                run.params["told"] = True
                print("under way")
            time.sleep(0.01)
"""
FACTS = """
    import gc, json, os, threading, psutil
    gc.collect()
    print("FACTS", json.dumps({
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),
        "memory": psutil.Process().memory_info().rss,
    }), "END")
"""


def statuses(store: Store) -> dict[str, str | None]:
    return {str(body.get("name")): store.status(run_id) for run_id, body in store.runs.items()}


def test_the_stop_button_interrupts_the_run_and_the_kernel_stays(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    request = loaded.send(LOOP.format(name="a"), cell="loop")
    loaded.wait_for("under way")
    loaded.interrupt()
    assert loaded.wait(request).error == "KeyboardInterrupt"
    assert loaded.run("print(1 + 1)").text == "2\n"
    arrived(lambda: statuses(store) == {"a": "interrupted"})
    (run_id,) = store.runs
    arrived(
        lambda: store.events(run_id, "code")[-1]["cells"][-1]["status"] == "interrupted",
    )


def test_a_graceful_restart_ends_the_runs_and_delivers_them(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run('run = ahnb_client.run(name="a")\nrun.log({"loss": 1.0})')
    loaded.restart(kill=False)
    arrived(lambda: statuses(store) == {"a": "finished"})
    (run_id,) = store.runs
    assert store.points(run_id, "loss") == [(0, 1.0)]
    assert loaded.run("print(1 + 1)").text == "2\n"


def test_a_killed_kernel_loses_nothing(
    loaded: Kernel, store: Store, arrived: Arrived, program: Program
) -> None:
    loaded.run('run = ahnb_client.run(name="a")\nfor n in range(500): run.log({"loss": float(n)})')
    loaded.restart(kill=True)
    loaded.run("%load_ext ahnb_client\nimport ahnb_client")
    loaded.run('with ahnb_client.run(name="b") as run: pass')
    program.ahnb("sync")
    (run_id,) = (run_id for run_id, body in store.runs.items() if body.get("name") == "a")
    arrived(lambda: len(store.points(run_id, "loss")) == 500)
    arrived(lambda: statuses(store) == {"a": "failed", "b": "finished"})


def test_two_runs_in_one_cell_are_two_runs_with_two_cards(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    answer = loaded.run("""
        for name in ("a", "b"):
            with ahnb_client.run(name=name) as run:
                run.log({"loss": 1.0})
    """)
    assert len(set(answer.displays)) == 2
    arrived(lambda: statuses(store) == {"a": "finished", "b": "finished"})


@pytest.mark.slow
def test_fifty_runs_leave_no_thread_file_or_memory_behind(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    cell = """
        with ahnb_client.run(name=f"n{number}") as run:
            for step in range(20):
                run.log({"loss": 1 / (step + 1)})
        assert run.wait(20)
        number += 1
    """
    loaded.run("number = 0")
    loaded.run(FACTS)
    facts = []
    for rounds in (3, 50):
        for _ in range(rounds):
            assert loaded.run(cell, cell="fit").error == ""
        loaded.listen(1.5)  # a card's thread ends within a second
        answer = loaded.run(FACTS).text
        facts.append(json.loads(answer.partition("FACTS ")[2].partition(" END")[0]))
    before, after = facts
    assert after["threads"] <= before["threads"] + 1
    assert after["files"] <= before["files"] + 2
    assert after["memory"] - before["memory"] < 10_000_000, (before, after)
    arrived(lambda: len([one for one in statuses(store).values() if one == "finished"]) == 53)


@pytest.mark.keras
@pytest.mark.slow
def test_interrupting_fit_leaves_an_interrupted_run_and_a_usable_kernel(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run(KERAS)
    request = loaded.send("""
        say = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print("epoch"))
        model.fit(x, y, epochs=1_000_000, verbose=0, callbacks=[AHNBCallback(name="a"), say])
    """)
    loaded.wait_for("epoch")
    loaded.interrupt()
    assert loaded.wait(request).error == "KeyboardInterrupt"
    arrived(lambda: statuses(store) == {"a": "interrupted"})
    again = 'history = model.fit(x, y, verbose=0, callbacks=[AHNBCallback(name="b")])'
    assert loaded.run(again).error == ""
    arrived(lambda: statuses(store) == {"a": "interrupted", "b": "finished"})


@pytest.mark.keras
@pytest.mark.slow
def test_each_rerun_of_a_fit_is_a_run_and_a_reused_callback_goes_on(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run(KERAS)
    fit = """
        # nb: same again
        callback = AHNBCallback(name=f"run {len(done)}")
        history = model.fit(x, y, epochs=2, verbose=0, validation_split=0.5, callbacks=[callback])
        done.append(callback)
    """
    loaded.run("done = []")
    for _ in range(2):
        assert loaded.run(fit, cell="fit").error == ""
    loaded.run("history = model.fit(x, y, epochs=2, verbose=0, callbacks=[callback])", cell="more")
    arrived(lambda: statuses(store) == {"run 0": "finished", "run 1": "finished"})
    first, second = sorted(store.runs, key=lambda run_id: store.runs[run_id]["name"])
    arrived(lambda: len(store.points(second, "loss")) == 4)
    assert len(store.points(first, "loss")) == 2
    assert [note["text"] for note in store.events(first, "note")] == ["same again"]
    arrived(lambda: store.events(second, "code")[-1]["cells"][-1]["id"] == "more")


@pytest.mark.keras
@pytest.mark.slow
def test_fifty_fits_in_one_kernel_leave_no_thread_file_or_memory_behind(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run(KERAS)

    def facts_after(rounds: int, callbacks: str) -> dict[str, int]:
        for _ in range(rounds):
            fit = f"h = model.fit(x, y, verbose=0, callbacks={callbacks})"
            assert loaded.run(fit, cell="fit").error == ""
        loaded.listen(3)
        answer = loaded.run(FACTS).text
        facts: dict[str, int] = json.loads(answer.partition("FACTS ")[2].partition(" END")[0])
        return facts

    recorded = '[AHNBCallback(name="a")]'
    start = facts_after(25, recorded)  # more than the runs whose cards are remembered
    plain = facts_after(50, "[]")  # Keras alone may grow, too
    ours = facts_after(50, recorded)
    assert ours["threads"] <= start["threads"] + 1
    assert ours["files"] <= start["files"] + 2
    of_keras, of_both = plain["memory"] - start["memory"], ours["memory"] - plain["memory"]
    assert of_both - max(of_keras, 0) < 10_000_000, (start, plain, ours)
    arrived(lambda: len(store.runs) == 75)
