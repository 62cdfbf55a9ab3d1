"""What is changed of what a person says of a run, so that a server takes it."""

from collections.abc import Callable
from typing import Any

import pytest

from ahnb_client.naming import clean_name, tidied
from ahnb_client.run import Run
from runs import names, serializers

from .server import Store

Begin = Callable[..., Run]
ODD = {
    "a line break": {"name": "first\nsecond"},
    "tabs": {"name": "\tdepth\t3"},
    "reading direction": {"name": "exe\u202egnp", "group": "\u200f"},
    "line separators": {"group": "a\u2028b\u2029c"},
    "long names": {"name": "n" * 256, "group": "g" * 600},
    "long names of wide signs": {"name": "\U0001f600" * 300},
    "signs that are composed": {"name": "e\u0301" * 255},
    "nothing to be seen": {"name": " \u200b\u00a0", "group": "\u00ad", "tags": ["\u200b", "", " "]},
    "an empty tag": {"tags": ["", "kept"]},
    "tags twice": {"tags": ["a", " a", "a\n"]},
    "150 tags": {"tags": [f"tag {number}" for number in range(150)]},
    "a long tag": {"tags": ["t" * 300, "u\0u"]},
    "long notes": {"notes": "word " * 40_000},
    "a NUL": {"name": "a\0b", "notes": "a\0b", "objective": {"metric": "lo\0ss", "mode": "min"}},
    "surrogates": {"name": "a\ud800b", "tags": ["\udfff"]},
    "an objective that is none": {"objective": "val_loss"},
    "an objective without a direction": {"objective": {"metric": "loss", "mode": "lowest"}},
    "an objective of nothing": {"objective": {"metric": "\n", "mode": "max"}},
    "an objective with more": {"objective": {"metric": "loss", "mode": "max", "by": 1}},
    "other types": {"name": 7, "group": 0.5, "tags": 3, "notes": ["a"], "resume": "always"},
    "one text for the tags": {"tags": "baseline"},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_whatever_is_given_keeps_the_rules_of_the_server(odd: dict[str, Any]) -> None:
    found = tidied({"project": "team/project", **odd})
    serializers.START.read_whole({**found.create, "name": found.create.get("name") or ""})


@pytest.mark.parametrize("good", ["plain", "mit Ümlauten", "表 1", "a" * 255, "👩‍👩‍👧 model"])
def test_a_good_name_stays_as_it_is(good: str) -> None:
    assert clean_name(good) == (names.clean_name(good), [])


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    name, how = clean_name("sweep " + "x" * 600 + " rate=0.1")
    assert (name[:6], name[-9:], len(name)) == ("sweep ", " rate=0.1", 255)
    assert how == ["shortened to 255 of 615 characters"]


def test_one_line_says_what_was_changed_and_notes_keep_what_was_given(
    begin: Begin, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    tags = [f"tag {number}" for number in range(150)]
    run = begin(name="first\nsecond", tags=["", *tags], group="g" * 600, notes="n" * 50_000)
    run.log({"loss": 0.5})
    assert run.wait(10)
    body = store.runs[run.id]
    assert (body["name"], body["tags"]) == ("first second", tags[:100])
    said = [line for line in capsys.readouterr().err.splitlines() if "changed" in line]
    assert said == [
        "ahnb: changed for the server: name: line breaks and control characters became spaces; "
        "group: shortened to 255 of 600 characters; "
        "tags: 1 left out, nothing in them can be seen, 50 left out, a run has 100; "
        "notes: what is behind 19,999 characters follows as notes of their own; "
        "the run's notes hold what you gave"
    ]
    first, *others = (one["text"] for one in store.events(run.id, "note"))
    assert "“first\nsecond”" in first
    assert "g" * 600 in first
    assert all(f"“{tag}”" in first for tag in tags[100:])
    assert body["notes"].count("n") + sum(text.count("n") for text in others) == 50_000
    assert store.points(run.id, "loss") == [(0, 0.5)]


def test_nothing_is_said_of_what_needs_no_change(
    begin: Begin, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    run = begin(name=" plain ", tags=["a", "a"], notes="n\n\tm", group="")
    run.log({"loss": 0.5})
    assert run.wait(10)
    assert "changed" not in capsys.readouterr().err
    assert store.events(run.id, "note") == []
    assert (store.runs[run.id]["name"], store.runs[run.id]["tags"]) == ("plain", ["a"])
