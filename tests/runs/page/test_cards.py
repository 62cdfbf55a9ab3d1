"""The page of one run: parameters, model, delivery."""

import html
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import services
from runs.models import Run
from runs.pages.model import compile_row, layer_row
from tests.cast import log_points, make_run
from tests.sketches import send_events, sketch_run

from .reading import text_of


def test_parameters_stand_as_given_ones_own_first(page: Client, run: Run) -> None:
    shown = text_of(page.get(run.get_absolute_url())).partition("Parameters")[2]
    assert shown.index("width 64") < shown.index("fit.epochs 3")
    assert "optimizer.learning_rate 0.001" in shown


def test_layers_show_shapes_and_counts(page: Client, run: Run) -> None:
    layer = {
        "name": "dense",
        "class": "Dense",
        "output_shape": [None, 10],
        "parameters": 650,
        "activation": "softmax",
        "settings": {"units": 10},
    }
    send_events(run, ("model", {"name": "digits", "parameters": 4810, "layers": [layer]}))
    shown = text_of(page.get(run.get_absolute_url())).partition("Model digits")[2]
    assert "4,810 parameters" in shown
    assert "dense Dense (None, 10) 650 not counted softmax" in shown


ZEROS, GLOROT = {"class": "Zeros"}, {"class": "GlorotUniform"}
KERAS_SETTINGS = {"use_bias": True, "bias_initializer": ZEROS, "kernel_initializer": GLOROT}


def test_what_keras_sets_by_itself_is_folded_away() -> None:
    layer = {"settings": {"units": 10, "rate": 0.5, **KERAS_SETTINGS, "seed": None}}
    row = layer_row(layer)
    assert row.told == (("rate", 0.5),)
    assert dict(row.settings) == {"units": 10, "rate": 0.5, **KERAS_SETTINGS}


@pytest.mark.parametrize(
    "setting",
    [
        ("use_bias", False),
        ("return_sequences", True),
        ("kernel_initializer", {"class": "HeNormal"}),
        ("strides", [2, 2]),
        ("groups", True),
    ],
)
def test_what_differs_from_the_default_is_told(setting: tuple[str, Any]) -> None:
    assert layer_row({"settings": dict([setting])}).told == (setting,)


def test_compile_settings_stand_once() -> None:
    optimizer = {"name": "rm_sprop_5", "rho": 0.9, "learning_rate": 0.001, "clipnorm": None}
    row = compile_row(
        {
            "loss": "mse",
            "loss_config": "mse",
            "optimizer": "RMSprop",
            "optimizer_config": {"class_name": "RMSprop", "config": optimizer},
            "jit_compile": False,
            "steps_per_execution": 1,
        }
    )
    assert row.told == (("optimizer", "RMSprop"), ("learning_rate", 0.001), ("loss", "mse"))
    assert row.settings == (("rho", 0.9), ("jit_compile", False))


@pytest.mark.parametrize("model", [{"compile": None}, {"compile": []}, {"layers": [{}]}])
def test_a_model_that_says_little_is_shown(page: Client, run: Run, model: dict[str, Any]) -> None:
    send_events(run, ("model", model))
    assert page.get(run.get_absolute_url()).status_code == 200


def test_no_value_is_written_as_python_does(page: Client, run: Run) -> None:
    optimizer = {"class_name": "Adam", "config": {"learning_rate": 0.0010000000474974513}}
    compiled = {"optimizer": "Adam", "optimizer_config": optimizer, "jit_compile": True}
    layer = {"name": "dense", "class": "Dense", "settings": KERAS_SETTINGS}
    send_events(run, ("model", {"layers": [layer], "compile": compiled}))
    shown = text_of(page.get(run.get_absolute_url())).partition("Model")[2]
    assert "learning_rate 0.001 jit_compile true" in shown
    assert "bias_initializer Zeros" in shown
    assert "{" not in shown
    assert "None" not in shown


def test_parameters_without_a_value_are_folded_away(
    page: Client, digits: Project, alice: User
) -> None:
    run = sketch_run(digits, alice, params={"optimizer": {"clipnorm": None, "name": "adam"}})
    shown = text_of(page.get(run.get_absolute_url()))
    assert "1 not set optimizer.clipnorm" in shown


def test_a_repeated_run_leads_to_the_first_one(page: Client, run: Run) -> None:
    first = "0192f3aa-7c4e-7000-8000-0123456789ab"
    git = {"commit": "a" * 40, "branch": "main", "remote": "https://example.org/code.git"}
    environment = {"rerun_of": first, "git": git, "variables": {"XLA_FLAGS": "--xla_x=1"}}
    send_events(run, ("environment", environment))
    answer = page.get(run.get_absolute_url())
    assert f'href="/runs/{first}/"' in answer.content.decode()
    shown = text_of(answer)
    assert "on main, from https://example.org/code.git" in shown
    assert "1 variable XLA_FLAGS --xla_x=1" in shown


def test_what_was_sent_received_and_lost_is_shown(page: Client, run: Run) -> None:
    send_events(
        run,
        ("lost", {"reasons": {"spool-full": 1200, "bad-value": 1}}),
        ("lost", {"reasons": {"spool-full": 34}}),
        ("lost", {"points": 12, "reason": "disk full"}),
        ("sent", {"points": 50_000}),
        ("sent", {"points": 60_000}),
    )
    shown = text_of(page.get(run.get_absolute_url()))
    assert "received of 60,000 sent" in shown
    assert "lost 1,234: thinned out: the spool was full lost 1: no number" in shown
    assert "lost points 12, reason disk full" in shown


def test_what_is_still_on_its_way_and_which_batches_are_missing_is_shown(
    page: Client, digits: Project, alice: User
) -> None:
    run = make_run(digits, alice)
    batch = {"writer": str(uuid.uuid4()), "axes": [{"start": 0, "count": 2}]}
    metrics = {"loss": {"axis": 0, "v": [0.5, 0.25]}}
    for seq in (1, 4, 5, 7):
        services.store_batch(run=run, batch=batch | {"seq": seq, "metrics": metrics})
    send_events(run, ("sent", {"points": 14}), ("lost", {"reasons": {"refused": 1}}))
    shown = text_of(page.get(run.get_absolute_url()))
    assert "8 received of 14 sent, 5 not here yet" in shown
    assert "1 batch without a gap; missing before later ones: 2–3, 6" in shown


def test_attempts_are_shown_as_branches(page: Client, run: Run) -> None:
    assert "from the start" not in text_of(page.get(run.get_absolute_url()))
    send_events(run, ("attempt", {"attempt": 1, "from_step": 1200}))
    shown = text_of(page.get(run.get_absolute_url()))
    assert "attempt 0 from the start" in shown
    assert "kept as a branch attempt 1 ↳ from step 1,200 on, began" in shown
    assert "shown in the curves" in shown


def test_two_writers_of_a_run_are_both_shown(page: Client, run: Run) -> None:
    before = text_of(page.get(run.get_absolute_url())).count("1 batch without a gap")
    log_points(run, {"loss": [0.5]})
    log_points(run, {"loss": [0.25]})
    shown = text_of(page.get(run.get_absolute_url()))
    assert shown.count("1 batch without a gap") == before + 2


def test_many_parameters_come_a_page_at_a_time(page: Client, digits: Project, alice: User) -> None:
    tree = {"deep": {f"value-{at:04}": at for at in range(700)}, "width": 64, "none": None}
    run = sketch_run(digits, alice, params=tree)
    shown = text_of(page.get(run.get_absolute_url()))
    assert "701" in shown
    assert "Page 1 of 3" in shown
    address = f"{run.get_absolute_url()}params/"
    last = text_of(page.get(f"{address}?page=99"))
    assert "Page 3 of 3" in last
    assert "deep.value-0699 699" in last
    found = page.get(f"{address}?find=VALUE-0333", headers={"HX-Request": "true"})
    assert "1 of 701" in re.sub(r"<[^>]+>", "", found.content.decode())
    assert "333" in found.content.decode()
    assert "No parameter has “<b>”" in html.unescape(text_of(page.get(f"{address}?find=<b>")))
    for odd in ("page=x", "page=-1", "page=99999999999", "find=%00", "page=%D9%A1"):
        assert page.get(f"{address}?{odd}").status_code == 200


def test_a_long_value_is_folded_and_can_be_seen_whole(page: Client, run: Run) -> None:
    value = "<b> " * 1250
    send_events(run, ("params", {"note_on_setup": value, "width": 64}))
    shown = page.get(run.get_absolute_url()).content.decode()
    assert f'<div class="long-text">{html.escape(value)}</div>' in shown
    assert "all 5,000 characters" in shown
    assert "<td>64</td>" in shown
