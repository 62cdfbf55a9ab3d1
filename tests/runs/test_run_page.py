"""The page of one run."""

import json
import math
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import services
from runs.models import Run
from runs.pages.groups import placed
from runs.pages.model import compile_row, layer_row
from runs.pages.story import changes_between

from ..cast import client_of, log_points, make_run
from ..sketches import send_events, sketch_run


@pytest.fixture
def page(alice: User) -> Client:
    return client_of(alice)


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    return sketch_run(
        digits,
        alice,
        name="brave-otter",
        tags=["baseline"],
        params={"width": 64, "fit": {"epochs": 3}, "optimizer": {"learning_rate": 0.001}},
    )


def text_of(answer: Any) -> str:
    """What a person reads, without tags and with single spaces."""
    body = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_page_tells_the_run_in_words(page: Client, run: Run) -> None:
    shown = text_of(page.get(run.get_absolute_url()))
    assert "#1 brave-otter" in shown
    assert "and 3 epochs" in shown
    assert "Its best val_loss is 0.4000 at epoch 2, also its last value" in shown
    assert "baseline" in shown


def test_page_compares_with_the_previous_run_of_the_same_person(
    page: Client, run: Run, digits: Project, alice: User, bob: User
) -> None:
    sketch_run(digits, bob, params={"width": 1})
    better = sketch_run(
        digits,
        alice,
        val_loss=(0.9, 0.2),
        params={"width": 128, "fit": {"epochs": 3}, "optimizer": {"learning_rate": 0.001}},
    )
    shown = text_of(page.get(better.get_absolute_url()))
    assert "place 1 of 3 runs" in shown
    assert "best so far" in shown
    assert "Against #1 brave-otter" in shown
    assert "width 64 → 128 ." in shown
    assert "learning_rate 0.001" not in shown.partition("Against")[2].partition("val_loss")[0]


def test_charts_know_how_many_batches_make_an_epoch(
    page: Client, digits: Project, alice: User
) -> None:
    told = sketch_run(digits, alice, params={"fit": {"steps": 313}})
    untold = sketch_run(digits, alice, params={"fit": "?"})
    assert 'data-steps="313"' in page.get(told.get_absolute_url()).content.decode()
    assert "data-steps" not in page.get(untold.get_absolute_url()).content.decode()


def test_a_single_run_is_not_called_the_best(page: Client, run: Run) -> None:
    shown = text_of(page.get(run.get_absolute_url()))
    assert "best so far" not in shown
    assert "place 1" not in shown


def test_of_equal_runs_the_first_holds_the_record(
    page: Client, digits: Project, alice: User
) -> None:
    first, second = (sketch_run(digits, alice, val_loss=(0.9, 0.25)) for _ in range(2))
    sketch_run(digits, alice, val_loss=(0.9, 0.5))
    shown = text_of(page.get(first.get_absolute_url()))
    assert "best so far" in shown
    assert "It shares place 1 of 3 with 1 other, and was the first to get there." in shown
    shown = text_of(page.get(second.get_absolute_url()))
    assert "best so far" not in shown
    assert "It shares place 1 of 3 with 1 other." in shown
    summary = page.get(digits.get_absolute_url()).content.decode()
    assert f'<a href="{first.get_absolute_url()}">#1' in summary.partition("tile-best")[2][:900]


def test_an_archived_run_holds_no_record(page: Client, run: Run, digits: Project) -> None:
    sketch_run(digits, run_user(run), val_loss=(0.9, 0.8))
    services.archive_run(run=run, by=run_user(run))
    assert "best so far" not in text_of(page.get(run.get_absolute_url()))


def run_user(run: Run) -> User:
    return User.objects.get(pk=run.user_id)


def test_values_that_are_not_finite_are_told(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, val_loss=(0.5, math.nan, math.inf))
    shown = text_of(page.get(run.get_absolute_url()))
    assert "2 of its 3 values are not finite" in shown
    assert "0.5000" in shown


def test_a_failed_run_says_why(page: Client, digits: Project, alice: User) -> None:
    run = make_run(digits, alice)
    send_events(run, ("status", {"status": "failed", "reason": "ValueError: <shape>"}))
    answer = page.get(run.get_absolute_url())
    assert "ValueError: &lt;shape&gt;" in answer.content.decode()
    assert "Failed after" in text_of(answer)


def test_a_silent_run_is_lost_not_running(page: Client, digits: Project, alice: User) -> None:
    run = make_run(digits, alice)
    past = timezone.now() - timezone.timedelta(minutes=5)
    metrics_state = connection.ops.quote_name("runs_metricstate")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {metrics_state} SET last_seen_at = %s", [past])
    shown = text_of(page.get(run.get_absolute_url()))
    assert "No sign of life since" in shown


def test_a_run_without_anything_is_a_whole_page(page: Client, digits: Project, alice: User) -> None:
    answer = page.get(make_run(digits, alice).get_absolute_url())
    assert answer.status_code == 200
    shown = text_of(answer)
    assert "has not described its model yet" in shown
    assert "No parameter was sent" in shown


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
    assert "dense Dense (None, 10) 650 softmax" in shown


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


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("loss", ("loss", "train")),
        ("val_loss", ("loss", "validation")),
        ("batch/loss", ("loss", "batch")),
        ("val_", ("val_", "train")),
        ("system/cpu_percent", ("system/cpu_percent", "system")),
        ("evaluate/loss", ("evaluate/loss", "train")),
    ],
)
def test_train_validation_and_batches_share_a_chart(name: str, place: tuple[str, str]) -> None:
    assert placed(name) == place


def test_two_writers_of_a_run_are_both_shown(page: Client, run: Run) -> None:
    before = text_of(page.get(run.get_absolute_url())).count("1 batch without a gap")
    log_points(run, {"loss": [0.5]})
    log_points(run, {"loss": [0.25]})
    shown = text_of(page.get(run.get_absolute_url()))
    assert shown.count("1 batch without a gap") == before + 2


def test_what_the_machine_did_stands_apart(page: Client, run: Run) -> None:
    log_points(run, {"system/cpu_percent": [98.0], "system/memory_bytes": [1e9]}, unit="time")
    answer = page.get(run.get_absolute_url())
    before, inside = answer.content.decode().split('<details class="card system-charts">')
    assert "system/" not in before.split("chart-title-0")[1]
    assert "2 metrics of machine and process" in text_of(answer)
    assert inside.count('data-group="') == 2


def test_charts_know_what_to_ask_for(page: Client, run: Run) -> None:
    log_points(run, {"batch/loss": [1.0, 0.9]}, unit="step")
    body = page.get(run.get_absolute_url()).content.decode()
    [data] = re.findall(r'<script id="chart-groups" type="application/json">(.*?)</script>', body)
    [group] = json.loads(data)
    assert group["title"] == "loss"
    assert {(one["name"], one["role"], one["unit"]) for one in group["series"]} == {
        ("loss", "train", "epoch"),
        ("val_loss", "validation", "epoch"),
        ("batch/loss", "batch", "step"),
    }


def test_charts_know_what_decides_and_where_notes_hang(page: Client, run: Run, alice: User) -> None:
    services.add_note(run=run, by=alice, text="</script><b>", step=2)
    services.add_note(run=run, by=alice, text="on the whole")
    body = page.get(run.get_absolute_url()).content.decode()
    [notes] = re.findall(r'<script id="step-notes" type="application/json">(.*?)</script>', body)
    assert json.loads(notes) == [{"step": 2, "text": "</script><b>"}]
    [data] = re.findall(r'<script id="chart-groups" type="application/json">(.*?)</script>', body)
    best = {one["name"]: one.get("best") for one in json.loads(data)[0]["series"]}
    assert best == {"loss": None, "val_loss": "min"}


def test_series_answer_as_the_api_does(page: Client, run: Run) -> None:
    answer = page.get(
        f"{run.get_absolute_url()}series/", {"metric": ["val_loss", "none"], "from": 1, "time": 1}
    ).json()["metrics"]
    assert answer["val_loss"]["x"] == [1, 2]
    assert answer["val_loss"]["min"] == [0.5, 0.4]
    assert len(answer["val_loss"]["t"]) == 2
    assert answer["none"]["total"] == 0


@pytest.mark.parametrize(
    "query", ["points=x", "points=0", "from=now", "attempt=-1", "points=99999"]
)
def test_series_refuse_what_is_no_number(page: Client, run: Run, query: str) -> None:
    answer = page.get(f"{run.get_absolute_url()}series/?metric=loss&{query}")
    assert answer.status_code == 422


def live(page: Client, run: Run) -> tuple[str, Any]:
    """The address that the page asks for news, and the answer to it."""
    body = page.get(run.get_absolute_url()).content.decode()
    [address] = re.findall(r'hx-get="(/runs/[^"]+/live/[^"]+)"', body)
    return address, page.get(address)


def test_nothing_new_is_answered_with_nothing(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, status="running")
    _, answer = live(page, run)
    assert answer.status_code == 204
    assert answer.content == b""


def test_new_points_come_with_the_next_question(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, status="running")
    address, _ = live(page, run)
    log_points(run, {"accuracy": [0.25]})
    answer = page.get(address)
    assert answer.status_code == 200
    assert "0.2500" in answer.content.decode()
    assert answer["HX-Trigger-After-Settle"] == "ahnb:points"
    assert f"/runs/{run.id}/live/" in answer.content.decode()


def test_news_keep_the_words_beside_the_numbers(
    page: Client, run: Run, digits: Project, alice: User
) -> None:
    later = sketch_run(digits, alice, status="running", params={"width": 128})
    services.edit_run(run=later, by=alice, notes="Still training: wider than before.")
    address, _ = live(page, later)
    log_points(later, {"accuracy": [0.25]})
    news = page.get(address).content.decode()
    assert "Still training: wider than before." in news
    assert "Against <a href" in news
    assert f"#{run.number} {run.name}" in news


def test_polling_ends_with_the_run(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, status="running")
    address, _ = live(page, run)
    send_events(run, ("status", {"status": "finished"}))
    answer = page.get(address)
    assert answer.status_code == 286
    assert "/live/" not in answer.content.decode()
    assert "/live/" not in page.get(run.get_absolute_url()).content.decode()


def test_stranger_gets_the_404_of_a_missing_run(charlie: User, run: Run) -> None:
    client = client_of(charlie)
    for part in ("", "live/", "series/?metric=loss", "edit/"):
        hidden = client.get(f"/runs/{run.id}/{part}")
        missing = client.get(f"/runs/{uuid.uuid4()}/{part}")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content


def test_reader_sees_everything_and_changes_nothing(dana: User, run: Run) -> None:
    client = client_of(dana)
    shown = client.get(run.get_absolute_url()).content.decode()
    assert "Edit" not in shown.partition("<main")[2].partition("</h1>")[2][:3000]
    assert "note-text" not in shown
    assert client.get(f"/runs/{run.id}/edit/").status_code == 403
    assert client.post(f"/runs/{run.id}/edit/", {"name": "x"}).status_code == 403
    assert client.post(f"/runs/{run.id}/notes/", {"text": "x"}).status_code == 403
    assert client.post(f"/runs/{run.id}/place/", {"act": "trash"}).status_code == 403


def test_editor_changes_name_tags_and_notes(bob: User, run: Run) -> None:
    changes = {"name": "calm-heron", "group": "wide", "tags": "final, table 2,", "notes": "Look."}
    answer = client_of(bob).post(f"/runs/{run.id}/edit/", changes)
    assert answer.status_code == 302
    run.refresh_from_db()
    assert (run.name, run.group, run.tags, run.notes) == (
        "calm-heron",
        "wide",
        ["final", "table 2"],
        "Look.",
    )


def test_a_faulty_edit_comes_back_with_its_fault(bob: User, run: Run) -> None:
    answer = client_of(bob).post(f"/runs/{run.id}/edit/", {"name": "a\u202eb"})
    assert answer.status_code == 200
    assert "control characters" in answer.content.decode()
    run.refresh_from_db()
    assert run.name == "brave-otter"


def test_a_note_is_anchored_to_its_step(bob: User, run: Run) -> None:
    client = client_of(bob)
    answer = client.post(f"/runs/{run.id}/notes/", {"text": "A <b>bump</b>", "step": "2"})
    assert answer["Location"] == f"/runs/{run.id}/#notes"
    shown = client.get(run.get_absolute_url())
    assert "A &lt;b&gt;bump&lt;/b&gt;" in shown.content.decode()
    assert "Bob just now · at step 2" in text_of(shown)


def test_a_note_without_words_is_refused_on_the_page(bob: User, run: Run) -> None:
    answer = client_of(bob).post(f"/runs/{run.id}/notes/", {"text": " "})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


@pytest.mark.parametrize(("act", "field"), [("trash", "trashed_at"), ("archive", "archived_at")])
def test_editor_puts_a_run_away_and_takes_it_back(
    bob: User, run: Run, act: str, field: str
) -> None:
    client = client_of(bob)
    back = {"trash": "restore", "archive": "unarchive"}[act]
    client.post(f"/runs/{run.id}/place/", {"act": act})
    run.refresh_from_db()
    assert getattr(run, field) is not None
    assert back in client.get(run.get_absolute_url()).content.decode()
    client.post(f"/runs/{run.id}/place/", {"act": back})
    run.refresh_from_db()
    assert getattr(run, field) is None


def test_a_trashed_run_takes_no_note(bob: User, run: Run) -> None:
    services.trash_run(run=run, by=bob)
    assert client_of(bob).post(f"/runs/{run.id}/notes/", {"text": "x"}).status_code == 410


def test_unknown_act_is_refused(bob: User, run: Run) -> None:
    assert client_of(bob).post(f"/runs/{run.id}/place/", {"act": "burn"}).status_code == 422


def test_changes_name_what_came_went_and_differs() -> None:
    changes = changes_between(
        {"a": 1, "b": {"c": 0.1}, "d": 1}, {"a": 1, "b": {"c": 0.2}, "e": [1]}
    )
    assert [(one.name, one.before, one.after) for one in changes] == [
        ("b.c", "0.1", "0.2"),
        ("d", "1", ""),
        ("e", "", "[1]"),
    ]


def test_queries_do_not_grow_with_notes_metrics_and_runs(
    page: Client, run: Run, digits: Project, alice: User
) -> None:
    def queries() -> int:
        page.get(run.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            page.get(run.get_absolute_url())
        return len(captured)

    services.add_note(run=run, by=alice, text="one")
    few = queries()
    for number in range(6):
        services.add_note(run=run, by=alice, text=f"{number}")
        log_points(run, {f"metric-{number}": [1.0, 2.0]})
        sketch_run(digits, alice)
    assert queries() <= few
    assert few <= 13


def test_run_with_thousands_of_metrics_shows_some_and_finds_the_others(alice, digits):
    run = make_run(digits, alice)
    log_points(run, {f"layer-{number}": [0.5] for number in range(300)})
    page = client_of(alice).get(run.get_absolute_url()).content.decode()
    assert page.count('class="chart"') == 100
    assert "100 of 300 charts" in page
    found = client_of(alice).get(run.get_absolute_url() + "?find=LAYER-299").content.decode()
    assert found.count('class="chart"') == 1
    assert "layer-299" in found
