"""The page that compares runs: which runs, what differs, and for whom."""

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
from ..reading import address, queries_of

HOSTILE = "<script>alert(1)</script>"


def layer(kind: str, parameters: int, **more: Any) -> dict[str, Any]:
    return {"name": f"{kind.lower()}_{parameters}", "class": kind, "parameters": parameters, **more}


def compared(page: Client, project: Project, runs: str, **asked: str) -> str:
    answer = page.get(address(project, "compare/", runs=runs, **asked))
    assert answer.status_code == 200
    return str(answer.content.decode())


def section(text: str, name: str) -> str:
    return text.partition(f'id="compare-{name}"')[2].partition("</section>")[0]


def heads(text: str) -> list[str]:
    return re.findall(r'<th scope="row">([^<]*)</th>', text)


@pytest.mark.usefixtures("runs")
def test_what_differs_is_shown_and_the_rest_on_demand(page: Client, digits: Project) -> None:
    text = compared(page, digits, "1,3")
    assert "width" in heads(section(text, "params"))
    assert "optimizer.name" not in heads(section(text, "params"))
    assert "optimizer.name" in heads(section(compared(page, digits, "1,3", all="1"), "params"))


@pytest.mark.usefixtures("runs")
def test_the_best_is_marked_and_the_difference_is_to_the_base(
    page: Client, digits: Project
) -> None:
    results = section(compared(page, digits, "1,2", base="2"), "metrics")
    assert re.search(r"<strong>0\.5000</strong> <small[^>]*>best</small>", results)
    assert "+0.500" in results
    assert "−0.500" in section(compared(page, digits, "1,2"), "metrics")


@pytest.mark.usefixtures("runs")
def test_numbers_come_in_either_form_and_keep_their_order(page: Client, digits: Project) -> None:
    one = compared(page, digits, "3,1")
    several = page.get(f"{address(digits, 'compare/')}?runs=3&runs=1&runs=3").content.decode()
    assert heads(one) == heads(several)
    assert one.index("#3 run-3") < one.index("#1 run-1")


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "2 to 20 runs"),
        ("1", "Here are 1"),
        ("1,x", "“x” is not the number"),
        ("1,²", "is not the number"),
        ("1,-2", "is not the number"),
        ("1,99999999999999", "is not the number"),
        (",".join(map(str, range(1, 22))), "Here are 21"),
        ("1,99", "The project has no #99."),
        (f"1,{HOSTILE}", "is not the number"),
    ],
)
def test_what_cannot_be_compared_is_told(
    page: Client, digits: Project, asked: str, said: str
) -> None:
    answer = page.get(address(digits, "compare/", runs=asked))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert HOSTILE not in answer.content.decode()


def test_unknown_runs_and_those_in_the_trash_are_named_and_left_out(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    Run.objects.filter(id=runs[2].id).update(trashed_at=timezone.now())
    text = compared(page, digits, "1,2,3,99")
    assert "The project has no #99." in text
    assert "In the trash: #3." in text
    assert "#3 run-3" not in text


@pytest.mark.usefixtures("runs")
def test_the_best_run_is_found_and_named_in_the_address(page: Client, digits: Project) -> None:
    answer = page.get(address(digits, "compare/", runs="best,2"))
    assert answer["Location"] == address(digits, "compare/") + "?runs=6,2"
    assert page.get(address(digits, "compare/", runs="best,6")).status_code == 422


def test_strangers_see_nothing_and_runs_of_other_projects_never_come(
    page: Client, digits: Project, alice: User, charlie: User, secret: Project, runs: list[Run]
) -> None:
    for number in range(9):
        sketch_run(secret, charlie, name=f"canary-{number}", params={"canary": number})
    assert cast.client_of(charlie).get(address(digits, "compare/", runs="1,2")).status_code == 404
    assert "canary" not in compared(page, digits, "1,2,7,8,9", all="1")
    assert "The project has no #7, #8, #9." in compared(page, digits, "1,2,7,8,9")


def test_layers_are_aligned_and_told_as_added_removed_or_changed(
    page: Client, digits: Project, alice: User
) -> None:
    models = [
        [layer("Conv2D", 320), layer("Dense", 650, units=10)],
        [layer("Conv2D", 320), layer("Dropout", 0), layer("Dense", 1290, units=20)],
        [layer("Dense", 650, units=10)],
    ]
    for layers in models:
        send_events(sketch_run(digits, alice), ("model", {"layers": layers}))
    layers_shown = section(compared(page, digits, "1,2,3"), "layers")
    assert heads(layers_shown) == ["conv2d_320", "dropout_0", "dense_650"]
    assert "removed, −320 parameters" in layers_shown
    assert "changed, +640 parameters" in layers_shown
    assert "added" in layers_shown


def test_layers_that_were_moved_are_told_in_their_row(
    page: Client, digits: Project, alice: User
) -> None:
    stack = [layer("Conv2D", 320), layer("BatchNormalization", 64), layer("ReLU", 0)]
    for layers in (stack, [stack[0], stack[2], stack[1]]):
        send_events(sketch_run(digits, alice), ("model", {"layers": layers}))
    shown = section(compared(page, digits, "1,2"), "layers")
    assert shown.count("<small>moved</small>") == 1
    assert len(heads(shown)) == 1


def test_cells_are_aligned_whatever_number_stands_beside_them(
    page: Client, digits: Project, alice: User
) -> None:
    for count, rate in ((1, "0.1"), (7, "0.2")):
        sources = {"a": "import keras", "b": f"rate = {rate}\nfit(rate)"}
        cells = [{"sha256": name, "execution_count": count + at} for at, name in enumerate(sources)]
        code = {"kind": "notebook", "cells": cells, "sources": sources}
        send_events(sketch_run(digits, alice), ("code", code))
    shown = section(compared(page, digits, "1,2"), "code")
    assert "--- cell [2]\n" in shown
    assert "+++ cell [8]\n" in shown
    assert '<span class="diff-added">+rate = 0.2\n' in shown
    assert "import keras" not in shown


def test_packages_commit_hardware_and_data_have_cards_of_their_own(
    page: Client, digits: Project, alice: User
) -> None:
    for version, commit in (("3.5", "aaa"), ("3.6", "bbb")):
        environment = {
            "packages": {"keras": version, "numpy": "2.0"},
            "git": {"commit": commit, "dirty": False},
            "gpus": [{"name": f"card {commit}"}],
        }
        data = {
            "train": {"shape": [int(version[-1]), 28]},
            "statistics": {"x": {"rows": int(version[-1])}},
        }
        run = sketch_run(digits, alice)
        send_events(run, ("environment", environment), ("data", data))
    text = compared(page, digits, "1,2")
    assert heads(section(text, "packages")) == ["keras"]
    assert heads(section(text, "git")) == ["commit"]
    assert heads(section(text, "hardware")) == ["gpus.0.name"]
    assert heads(section(text, "data")) == ["train.shape"]


def test_code_is_shown_as_a_diff(page: Client, digits: Project, alice: User) -> None:
    for rate in ("0.1", "0.2"):
        code = {"kind": "script", "path": "train.py", "source": f"import keras\nrate = {rate}\n"}
        send_events(sketch_run(digits, alice), ("code", code))
    shown = section(compared(page, digits, "1,2"), "code")
    assert '<span class="diff-removed">-rate = 0.1\n' in shown
    assert '<span class="diff-added">+rate = 0.2\n' in shown


def test_all_of_it_can_be_quoted_as_markdown(page: Client, digits: Project, alice: User) -> None:
    for name in ("one", f"[two](http://x) | `{HOSTILE}`"):
        code = {"kind": "script", "path": "train.py", "source": f"x = '{name} ```'"}
        send_events(sketch_run(digits, alice, name=name, params={"name": name}), ("code", code))
    run = Run.objects.get(number=1)
    answer = page.get(address(digits, "compare/", runs="1,2", format="md"))
    assert answer["Content-Type"].startswith("text/markdown")
    text = answer.content.decode()
    assert f"[\\#1 one](<http://testserver{run.get_absolute_url()}>)" in text
    assert "compare/?runs=1,2>" in text
    tables, _, diff = text.partition("## Code")
    assert HOSTILE not in tables
    assert "[two](" not in tables
    assert diff.strip().splitlines()[2] == "````diff"
    assert diff.rstrip().endswith("\n````")


def test_hostile_records_are_shown_as_text(page: Client, digits: Project, alice: User) -> None:
    odd: list[Any] = [HOSTILE, [HOSTILE], {HOSTILE: [{HOSTILE: HOSTILE}, 3, None]}, 7]
    for value in odd:
        run = sketch_run(digits, alice, name=HOSTILE, params={HOSTILE: value, "long": "x" * 10_000})
        send_events(
            run,
            ("model", {"layers": value, "version": value, "name": "x"}),
            ("environment", {"packages": value, "git": value, "gpus": value}),
            ("code", {"kind": "script", "path": HOSTILE, "source": str(value), "git": value}),
            ("data", {"train": value}),
        )
    text = compared(page, digits, "1,2,3,4", all="1")
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text
    assert "and 9,840 more characters" in text


def test_as_many_statements_for_many_runs_as_for_two(
    page: Client, digits: Project, alice: User, runs: list[Run]
) -> None:
    for number in range(14):
        sketch_run(digits, alice, params={"width": number % 3, "seed": number})
    two = queries_of(page, address(digits, "compare/", runs="1,2"))
    twenty = ",".join(map(str, range(1, 21)))
    assert queries_of(page, address(digits, "compare/", runs=twenty, all="1")) == two <= 10


def test_the_page_of_a_run_leads_to_differences_and_these_to_comparisons(
    page: Client, runs: list[Run]
) -> None:
    text = page.get(runs[1].get_absolute_url()).content.decode()
    assert 'difference/?to=previous"' in text
    assert 'difference/?to=best"' in text
    assert "to=best" not in page.get(runs[-1].get_absolute_url()).content.decode()
    difference = page.get(f"{runs[1].get_absolute_url()}difference/?to=1")
    assert 'compare/?runs=1,2"' in difference.content.decode()
