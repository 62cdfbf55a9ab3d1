"""The page of one run: which charts it has, and their points."""

import json
import re

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import notes
from runs.models import Run
from runs.pages.groups import placed
from tests.cast import client_of, log_points, make_run
from tests.sketches import sketch_run

from .reading import text_of


def test_charts_know_how_many_batches_make_an_epoch(
    page: Client, digits: Project, alice: User
) -> None:
    told = sketch_run(digits, alice, params={"fit": {"steps": 313}})
    untold = sketch_run(digits, alice, params={"fit": "?"})
    assert 'data-steps="313"' in page.get(told.get_absolute_url()).content.decode()
    assert "data-steps" not in page.get(untold.get_absolute_url()).content.decode()


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
    notes.add_note(run=run, by=alice, text="</script><b>", step=2)
    notes.add_note(run=run, by=alice, text="on the whole")
    body = page.get(run.get_absolute_url()).content.decode()
    [marks] = re.findall(r'<script id="step-notes" type="application/json">(.*?)</script>', body)
    assert json.loads(marks) == [{"step": 2, "text": "</script><b>"}]
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


def test_run_with_thousands_of_metrics_shows_some_and_finds_the_others(alice, digits):
    run = make_run(digits, alice)
    log_points(run, {f"layer-{number}": [0.5] for number in range(300)})
    page = client_of(alice).get(run.get_absolute_url()).content.decode()
    assert page.count('class="chart"') == 100
    assert "100 of 300 charts" in page
    found = client_of(alice).get(run.get_absolute_url() + "?find=LAYER-299").content.decode()
    assert found.count('class="chart"') == 1
    assert "layer-299" in found
