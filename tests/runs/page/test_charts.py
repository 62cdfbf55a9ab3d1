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
from tests.sketches import send_events, sketch_run

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
        ("train/loss", ("loss", "train")),
        ("val/loss", ("loss", "validation")),
        ("head/val_loss", ("head/loss", "validation")),
        ("val/", ("val/", "train")),
        ("head/val_", ("head/val_", "train")),
    ],
)
def test_train_validation_and_batches_share_a_chart(name: str, place: tuple[str, str]) -> None:
    assert placed(name) == place


def test_what_the_machine_did_stands_apart(page: Client, run: Run) -> None:
    log_points(run, {"system/cpu_percent": [98.0], "system/memory_bytes": [1e9]}, unit="time")
    answer = page.get(run.get_absolute_url())
    charts, inside = answer.content.decode().split('<div id="system-cards">')
    assert "system/" not in charts.split('<div id="chart-cards">')[1]
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


def test_charts_know_what_decides(page: Client, run: Run) -> None:
    body = page.get(run.get_absolute_url()).content.decode()
    [data] = re.findall(r'<script id="chart-groups" type="application/json">(.*?)</script>', body)
    best = {one["name"]: one.get("best") for one in json.loads(data)[0]["series"]}
    assert best == {"loss": None, "val_loss": "min"}


def test_marks_are_notes_and_findings_at_a_step(page: Client, run: Run, alice: User) -> None:
    notes.add_note(run=run, by=alice, text="</script><b>", step=2)
    notes.add_note(run=run, by=alice, text="on the whole")
    send_events(
        run,
        ("finding", {"rule": "spike", "text": "The loss jumps.", "step": 1}),
        ("finding", {"rule": "no-shuffle"}),
        ("finding", {"step": True}),
        ("finding", {"step": 2**60, "text": "too far"}),
        ("finding", {"step": 0, "text": 5}),
    )
    marks = page.get(f"{run.get_absolute_url()}marks/").json()
    assert [(note["step"], note["text"]) for note in marks["notes"]] == [(2, "</script><b>")]
    found = [(finding["step"], finding["text"]) for finding in marks["findings"]]
    assert sorted(found) == [(0, "finding"), (1, "The loss jumps.")]
    assert marks["attempts"] == [[0, 0]]


def test_marks_name_the_attempts(page: Client, run: Run) -> None:
    send_events(run, ("attempt", {"attempt": 1, "from_step": 7}))
    assert page.get(f"{run.get_absolute_url()}marks/").json()["attempts"] == [[0, 0], [1, 7]]


def test_charts_stand_in_sections_by_prefix(page: Client, run: Run) -> None:
    names = ("gradients/a", "gradients/b", "alone/x", "head/loss", "head/val_loss", "head/auc")
    log_points(run, {name: [0.5] for name in names})
    body = page.get(run.get_absolute_url()).content.decode()
    sections = re.findall(r'data-section="([^"]*)"( open)?', body)
    assert sections == [("", " open"), ("gradients", " open"), ("head", " open")]
    assert "alone/x" in body.split('data-section="gradients"')[0]
    assert body.split('data-section="head"')[1].count("data-card") == 2


def test_charts_that_came_later_are_asked_for_alone(page: Client, run: Run) -> None:
    body = page.get(f"{run.get_absolute_url()}charts/").content.decode()
    assert body.count("data-card") == 1
    assert "<main" not in body
    [data] = re.findall(r'<script id="chart-groups" type="application/json">(.*?)</script>', body)
    assert [group["title"] for group in json.loads(data)] == ["loss"]


def test_a_run_without_metrics_says_where_charts_will_be(digits: Project, alice: User) -> None:
    run = make_run(digits, alice)
    answer = client_of(alice).get(run.get_absolute_url())
    assert "charts appear here with the first points" in text_of(answer)


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
    log_points(run, {f"layer-{number}": [0.5] for number in range(1100)})
    page = client_of(alice).get(run.get_absolute_url()).content.decode()
    assert page.count('class="chart"') == 1000
    assert "1,000 of 1,100 charts" in page
    found = client_of(alice).get(run.get_absolute_url() + "?find=LAYER-1099").content.decode()
    assert found.count('class="chart"') == 1
    assert "layer-1099" in found
