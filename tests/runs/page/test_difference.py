"""The page that says how a run differs from another, and the card of what it shares."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from ... import cast
from ...sketches import send_events, sketch_run

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def layer(kind: str, parameters: int, parent: str | None = None, **settings: Any) -> dict[str, Any]:
    return {
        "name": f"{kind.lower()}_{parameters}",
        "class": kind,
        "parent": parent,
        "parameters": parameters,
        "settings": settings,
    }


STACK = [layer("Conv2D", 320, filters=8), layer("ReLU", 0), layer("Dense", 650, units=10)]


@pytest.fixture
def page(alice: User) -> Client:
    return cast.client_of(alice)


@pytest.fixture
def pair(digits: Project, alice: User) -> list[Run]:
    """Two runs; the second has another width, one more layer, one wider, and other code."""
    wider = [STACK[0], layer("Dropout", 0, rate=0.25), STACK[1], layer("Dense", 1290, units=20)]
    found = []
    for number, layers in enumerate((STACK, wider)):
        run = sketch_run(digits, alice, name=f"run-{number}", params={"width": number, "depth": 2})
        source = f"rate = {number}\nfit(rate)"
        send_events(
            run,
            ("model", {"layers": layers, "kind": "sequential"}),
            ("code", {"kind": "script", "path": "a.py", "source": source, "sha256": "aa"}),
            ("environment", {"packages": {"keras": f"3.{number}"}, "git": {"commit": "c0ffee"}}),
            ("data", {"x": {"type": "numpy.ndarray"}, "fingerprints": {"x": {"hash": "d1"}}}),
        )
        found.append(run)
    return found


def text_of(page: Client, run: Run, to: str = "1", **asked: str) -> str:
    answer = page.get(f"{run.get_absolute_url()}difference/", {"to": to, **asked})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_layers_code_parameters_and_packages_that_differ_are_told(
    page: Client, pair: list[Run]
) -> None:
    text = text_of(page, pair[1])
    assert "1 added (Dropout), 1 changed (Dense: units 10 → 20), +640 parameters" in text
    steps = text.partition('id="difference-layers"')[2].partition("</section>")[0]
    assert re.findall(r'<th scope="row"[^>]*>(\S+)', steps) == ["dropout_0", "dense_1290"]
    assert "<s>10</s> → <strong>20</strong>" in steps
    assert '<span class="diff-added">+rate = 1\n' in text
    assert "width" in text.partition('id="compare-params"')[2].partition("</section>")[0]
    assert "Packages: 1 differs" in text
    assert "The same:" in text
    assert "conv2d_320" not in steps
    assert "conv2d_320" in text_of(page, pair[1], all="1")


def test_the_other_way_round_what_was_added_is_removed(page: Client, pair: list[Run]) -> None:
    text = text_of(page, pair[0], "2")
    assert "1 removed (Dropout), 1 changed (Dense: units 20 → 10), −640 parameters" in text


def test_words_lead_to_the_address_with_a_number(page: Client, pair: list[Run]) -> None:
    address = f"{pair[1].get_absolute_url()}difference/"
    for asked in ("", "?to=previous"):
        assert page.get(address + asked)["Location"] == f"{address}?to=1"
    # Both have the same best value; the first that got there is the best.
    assert page.get(f"{address}?to=best")["Location"] == f"{address}?to=1"
    first = f"{pair[0].get_absolute_url()}difference/"
    assert "No run came before" in page.get(first).content.decode()
    assert "No other run is the best" in page.get(f"{first}?to=best").content.decode()


@pytest.mark.parametrize("to", ["2", "99", "x", "²", "-1", "1,2", "9" * 30, HOSTILE, "\0"])
def test_what_is_no_other_run_is_told(page: Client, pair: list[Run], to: str) -> None:
    answer = page.get(f"{pair[1].get_absolute_url()}difference/", {"to": to})
    assert answer.status_code == 422
    assert HOSTILE not in answer.content.decode()


def test_runs_in_the_trash_and_of_others_are_not_compared(
    page: Client, pair: list[Run], secret: Project, charlie: User
) -> None:
    for _ in range(3):
        sketch_run(secret, charlie)
    address = f"{pair[1].get_absolute_url()}difference/"
    assert page.get(address, {"to": "3"}).status_code == 422
    assert cast.client_of(charlie).get(address, {"to": "1"}).status_code == 404
    Run.objects.filter(id=pair[0].id).update(trashed_at=timezone.now())
    assert page.get(address, {"to": "1"}).status_code == 422


def test_connections_of_graphs_are_told(page: Client, digits: Project, alice: User) -> None:
    layers = [layer("Dense", 1), layer("ReLU", 2), layer("Add", 3)]
    chain = [["dense_1", "relu_2"], ["relu_2", "add_3"]]
    for edges in (chain, [*chain, ["dense_1", "add_3"]]):
        run = sketch_run(digits, alice)
        send_events(run, ("model", {"layers": layers, "edges": edges, "kind": "functional"}))
    text = text_of(page, run)
    assert "All 3 layers are the same" in text
    assert "+ dense_1 → add_3" in text


def test_names_that_keras_counts_up_are_no_difference(
    page: Client, digits: Project, alice: User
) -> None:
    """Two runs of the same code in one process, as a notebook makes them."""
    for built in (0, 14):
        nested = {"layer": {"class": "LSTM", "name": f"forward_lstm_{built}"}, "merge_mode": "sum"}
        layers = [
            layer("Dense", 6) | {"name": f"dense_{built}"},
            layer("Bidirectional", 8, **nested),
        ]
        model = {
            "name": f"functional_{built}",
            "class": "Functional",
            "kind": "functional",
            "layers": layers,
            "inputs": [{"name": f"keras_tensor_{built}", "shape": [None, 2], "dtype": "float32"}],
            "operations": [{"name": f"add_{built}", "class": "Add", "parent": None}],
            "edges": [[f"dense_{built}", f"add_{built}"]],
            "output_layers": [f"dense_{built}"],
            "compile": {"optimizer_config": {"class": "Adam", "name": f"adam_{built}"}},
        }
        run = sketch_run(digits, alice)
        send_events(run, ("model", model))
    text = text_of(page, run)
    assert 'id="compare-model"' not in text
    assert "connections differ" not in text
    assert "All 2 layers are the same" in text
    address = digits.get_absolute_url() + "compare/?runs=1,2"
    compared = page.get(address).content.decode()
    for name in ("keras_tensor_14", "adam_14", "functional_14", "forward_lstm_14"):
        assert name not in text + compared


def test_hostile_records_are_shown_as_text(page: Client, digits: Project, alice: User) -> None:
    odd: list[Any] = [HOSTILE, [HOSTILE], {HOSTILE: [{HOSTILE: HOSTILE}, 3, None]}, 7, None]
    for value in odd:
        strange = {"name": value, "class": value, "parent": value, "settings": {HOSTILE: value}}
        run = sketch_run(digits, alice, name=HOSTILE, params={HOSTILE: value})
        send_events(
            run,
            ("model", {"layers": [strange, {**strange, "settings": value}], "edges": [value] * 2}),
            ("model", {"layers": [strange], "edges": value, "kind": value, "class": value}),
            ("environment", {"packages": value, "git": value, "weights": value}),
            ("code", {"kind": "notebook", "cells": [value, {"sha256": value}], "sources": value}),
            ("data", {"x": value, "fingerprints": value}),
            ("summary", {"weights": value}),
        )
    runs = list(Run.objects.order_by("number"))
    for other in runs[:-1]:
        for text in (text_of(page, runs[-1], str(other.number)), text_of(page, other, "5")):
            assert HOSTILE not in text
    for run in runs:
        assert page.get(run.get_absolute_url()).status_code == 200


# What is shared


def identity(page: Client, run: Run) -> str:
    text = page.get(run.get_absolute_url()).content.decode()
    card = text.partition('id="identity"')[2].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", card))


def test_the_card_says_what_other_runs_have_too(
    page: Client, pair: list[Run], digits: Project, alice: User
) -> None:
    for _ in range(5):
        again = sketch_run(digits, alice)
        send_events(again, ("environment", {"git": {"commit": "c0ffee", "dirty": True}}))
    told = identity(page, pair[1])
    assert "commit c0ffee same as #7 , #6 , #5 and 3 more" in told
    assert re.search(r"data \w{8} same as #1 ", told)
    assert re.search(r"architecture \w{8} no other run has the same", told)
    assert "weights" not in told
    assert "c0ffee and uncommitted changes same as" in identity(page, again)
    text = page.get(pair[1].get_absolute_url()).content.decode()
    assert '?q=commit+%3D+%22c0ffee%22"' in text
    Run.objects.filter(id=pair[0].id).update(trashed_at=timezone.now())
    assert re.search(r"data \w{8} no other run has the same", identity(page, pair[1]))


def test_lineage_is_told_where_it_is_proved(page: Client, digits: Project, alice: User) -> None:
    first = sketch_run(digits, alice)
    hashes = {"environment": "w0", "summary": "w1"}
    send_events(first, *((kind, {"weights": {"hash": told}}) for kind, told in hashes.items()))
    again = sketch_run(digits, alice)
    send_events(again, ("environment", {"rerun_of": str(first.id), "weights": {"hash": "w0"}}))
    on = sketch_run(digits, alice)
    send_events(on, ("environment", {"weights": {"hash": "w1"}}))
    assert "Repeats #1" in identity(page, again)
    assert "Repeated by #2" in identity(page, first)
    assert "Its last weights are the start of #3" in identity(page, first)
    assert "Starts with the weights that were the end of #1" in identity(page, on)
    assert "Starts with" not in identity(page, again)


def test_a_run_that_trained_nothing_is_the_beginning_of_none(
    page: Client, digits: Project, alice: User
) -> None:
    idle, other = sketch_run(digits, alice), sketch_run(digits, alice)
    for kind in ("environment", "summary"):
        send_events(idle, (kind, {"weights": {"hash": "w0"}}))
    send_events(other, ("environment", {"weights": {"hash": "w0"}}))
    assert "Starts with" not in identity(page, other)
    assert "Its last weights" not in identity(page, idle)


def test_a_repeat_of_what_lies_elsewhere_is_not_linked(
    page: Client, digits: Project, secret: Project, alice: User, charlie: User
) -> None:
    foreign = sketch_run(secret, charlie)
    run = sketch_run(digits, alice)
    send_events(run, ("environment", {"rerun_of": str(foreign.id)}))
    assert "Repeats" not in identity(page, run)


def test_the_output_of_a_layer_that_was_added_is_a_shape(
    page: Client, digits: Project, alice: User
) -> None:
    dense = {"name": "dense", "class": "Dense", "units": 48, "output_shape": [None, 48]}
    one, other = (sketch_run(digits, alice) for _ in range(2))
    send_events(one, ("model", {"layers": [dense]}))
    send_events(other, ("model", {"layers": [dense, {**dense, "name": "b", "parameters": 1}]}))
    shown = page.get(f"/runs/{other.id}/difference/?to={one.number}").content.decode()
    assert "→ (None, 48) · 1 parameter<" in shown
