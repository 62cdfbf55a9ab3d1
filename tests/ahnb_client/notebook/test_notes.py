"""Notes from a notebook: magics and comments, where they go and when."""

from collections.abc import Callable
from typing import Any

import pytest

from ahnb_client.notebook.comments import notes_in
from tests.ahnb_client.server import Store

from .kernels import Kernel

Arrived = Callable[..., Any]


def notes(store: Store, name: str) -> list[dict[str, Any]]:
    """The notes on the run of this name."""
    ids = [run_id for run_id, body in store.runs.items() if body.get("name") == name]
    return [note for run_id in ids for note in store.events(run_id, "note")]


def texts(store: Store, name: str) -> list[str]:
    return [note["text"] for note in notes(store, name)]


def test_a_note_goes_to_the_run_and_its_step(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run('run = ahnb_client.run(name="a")\nfor n in range(8): run.log({"loss": 1 / (n + 1)})')
    answer = loaded.run("%nb flat since step 5")
    assert answer.text == "noted on a at step 7\n"
    (note,) = arrived(lambda: notes(store, "a"))
    assert (note["text"], note["step"]) == ("flat since step 5", 7)


def test_a_cell_of_text_is_a_note_and_nothing_in_it_runs(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run('run = ahnb_client.run(name="a")')
    loaded.run("%%nb\n# What was seen\nraise SystemExit\n\n- one")
    assert arrived(lambda: texts(store, "a")) == ["# What was seen\nraise SystemExit\n\n- one"]
    assert loaded.run("print(run.status)").text == "running\n"


def test_a_note_on_a_finished_run_leaves_it_finished(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run('with ahnb_client.run(name="a") as run: run.log({"loss": 1.0}, step=3)')
    loaded.run("%nb good enough")
    (note,) = arrived(lambda: notes(store, "a"))
    assert (note["text"], note["step"]) == ("good enough", 3)
    (run_id,) = store.runs
    assert store.status(run_id) == "finished"


def test_notes_before_a_run_wait_for_the_next_one(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    assert loaded.run("%nb an idea").text == "noted, for the next run\n"
    loaded.run("# nb: data is from May\nrows = 3")
    loaded.run('run = ahnb_client.run(name="a")')
    assert arrived(lambda: texts(store, "a")) == ["an idea", "data is from May"]


def test_a_comment_goes_to_the_run_that_its_cell_begins(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run('first = ahnb_client.run(name="a")')
    loaded.run("""
        # nb: wider
        width = 128  # nb: twice as wide
        second = ahnb_client.run(name="b")
        second.log({"loss": 1.0}, step=9)
    """)
    arrived(lambda: len(notes(store, "b")) == 2)
    assert texts(store, "b") == ["wider", "twice as wide"]
    assert texts(store, "a") == []
    assert all("step" not in note for note in notes(store, "b"))


def test_a_comment_elsewhere_goes_to_the_present_run_at_its_step(
    loaded: Kernel, store: Store, arrived: Arrived
) -> None:
    loaded.run('run = ahnb_client.run(name="a")\nrun.log({"loss": 1.0}, step=4)')
    loaded.run("# NB: looks odd\nodd = True")
    (note,) = arrived(lambda: notes(store, "a"))
    assert (note["text"], note["step"]) == ("looks odd", 4)


def test_an_empty_note_says_how_it_is_used(loaded: Kernel) -> None:
    assert loaded.run("%nb").text.startswith("usage: %nb TEXT")


def test_without_the_extension_there_is_no_magic(loaded: Kernel) -> None:
    loaded.run("%unload_ext ahnb_client")
    assert "`%nb` not found" in loaded.run("%nb text").text


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("# nb: one", ["one"]),
        ("#nb:two\nx = 1  # NB:  three ", ["two", "three"]),
        ("if x:\n    # nb: inside\n    pass", ["inside"]),
        ('text = """\n# nb: no comment\n"""', []),
        ('print("# nb: no")', []),
        ("# not nb: this", []),
        ("# nb:", []),
        ("%%time\n# nb: timed\nx = 1", ["timed"]),
        ("%%bash\n# nb: for the shell", []),
        ("x = (  # nb: never closed", []),
    ],
)
def test_comments_that_are_notes(cell: str, expected: list[str]) -> None:
    transformed = cell if not cell.startswith("%%") else "get_ipython().run_cell_magic()"
    assert notes_in(cell, transformed) == expected
