"""The first page and the summary of a project."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ahnb_platform.accounts.models import User
from projects import services
from projects.models import Project
from projects.views.state import parse_brush
from runs.models import Run
from runs.services import archive_run, trash_run

from ..cast import client_of, make_project, make_run, make_team
from ..sketches import sketch_project, sketch_run

HTMX = {"HX-Request": "true"}


def address(project: Project, part: str = "", **parameters: Any) -> str:
    query = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    return f"{project.get_absolute_url()}{part}{query}"


def panel_of(answer: Any) -> str:
    """The part of the page that shows the runs."""
    return answer.content.decode().partition('id="runs-panel"')[2]


def names_in(answer: Any) -> list[str]:
    """The names of the runs in the table, from top to bottom."""
    return re.findall(r">#\d+ (run-\d+)</a>", panel_of(answer))


def heads_in(answer: Any) -> str:
    return panel_of(answer).partition("<thead>")[2].partition("</thead>")[0]


@pytest.fixture
def runs(digits: Project, alice: User) -> list[Run]:
    return sketch_project(digits, alice)


@pytest.fixture
def page(alice: User) -> Client:
    return client_of(alice)


def test_home_shows_counts_best_result_and_role(
    page: Client, digits: Project, runs: list[Run], secret: Project
) -> None:
    shown = page.get("/").content.decode()
    assert "vision/digits" in shown
    assert "0.1667" in shown
    assert f"#{runs[-1].number}" in shown
    assert "owner" in shown
    assert "secret" not in shown


def test_home_without_projects_says_the_next_step(page: Client) -> None:
    shown = page.get("/").content.decode()
    assert "Log your first run" in shown
    assert "ahnb login --server http://testserver" in shown
    assert "AHNBCallback" in shown


def test_summary_lists_the_best_first(page: Client, digits: Project, runs: list[Run]) -> None:
    answer = page.get(address(digits))
    assert names_in(answer) == [f"run-{number}" for number in (6, 5, 4, 3, 2, 1)]
    shown = answer.content.decode()
    assert "Best val_loss" in shown
    assert '<span class="badge-best">best</span>' in panel_of(answer).partition("run-5")[0]


@pytest.mark.parametrize(("status", "word"), [("running", "started"), ("finished", "ended")])
def test_tiles_say_which_time_of_the_best_run_they_tell(
    page: Client, digits: Project, alice: User, status: str, word: str
) -> None:
    sketch_run(digits, alice, val_loss=(0.9,))
    sketch_run(digits, alice, val_loss=(0.5,), status=status)
    shown = page.get(address(digits)).content.decode()
    assert f"</a>, {word} <time" in shown
    assert f"by the run that {word} <time" in shown


def test_summary_without_runs_says_the_next_step(page: Client, digits: Project) -> None:
    shown = page.get(address(digits)).content.decode()
    assert "No run yet" in shown
    assert "AHNBCallback(&quot;vision/digits&quot;)" in shown


def test_stranger_gets_the_404_of_a_missing_project(
    charlie: User, digits: Project, runs: list[Run]
) -> None:
    client = client_of(charlie)
    for part in ("", "charts/", "curves/", "runs.csv"):
        hidden = client.get(address(digits, part))
        missing = client.get(f"/projects/vision/nothing/{part}")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content


def test_anonymous_is_sent_to_the_login(anonymous: Client, digits: Project) -> None:
    answer = anonymous.get(address(digits))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_a_former_address_leads_to_the_project(page: Client, digits: Project, alice: User) -> None:
    services.rename_project(project=digits, by=alice, slug="numbers")
    answer = page.get("/projects/vision/digits/?q=status+%3D+%22running%22")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/projects/vision/numbers/?q=status")


def test_filter_narrows_the_table(page: Client, digits: Project, runs: list[Run]) -> None:
    answer = page.get(address(digits, q="metrics.val_loss < 0.3"))
    assert names_in(answer) == ["run-6", "run-5", "run-4"]
    assert "3 of 6 match" in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_filter_that_cannot_be_read_is_pointed_at(
    page: Client, digits: Project, runs: list[Run], headers: dict[str, str]
) -> None:
    answer = page.get(address(digits, q="metrics.val_loss < < 1"), headers=headers)
    assert answer.status_code == 200
    shown = answer.content.decode()
    pointer = re.search(r"metrics.val_loss &lt; &lt; 1\n( *)\^", shown)
    assert pointer is not None
    assert len(pointer[1]) == len("metrics.val_loss < ")
    assert names_in(answer) == []


def charts_of(answer: Any) -> str:
    """The tag that opens the charts of the page."""
    found = re.search(r'<div id="charts"[^>]*>', answer.content.decode())
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("width = 64", "params.width"),
        ("status = finished and learning_rate > 0.1", "params.optimizer.learning_rate"),
        ("optimizer.name = adam", "params.optimizer.name"),
        ("optimizer = adam", "params.optimizer.name"),
        ("val_loss < 1", "metrics.val_loss"),
    ],
)
def test_a_name_without_its_kind_is_answered_with_the_whole_name(
    page: Client, digits: Project, runs: list[Run], query: str, meant: str
) -> None:
    assert f"Did you mean <code>{meant}</code>?" in panel_of(page.get(address(digits, q=query)))


def test_a_name_that_no_run_has_is_answered_with_the_fields(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    shown = panel_of(page.get(address(digits, q="breadth = 64")))
    assert "There is no field “breadth”" in shown
    assert "duration" in shown
    assert "Did you mean" not in shown


@pytest.mark.parametrize("query", ["metrics.val_loss < < 1", "params.width > 99999"])
def test_nothing_is_drawn_where_nothing_can_be(
    page: Client, digits: Project, runs: list[Run], query: str
) -> None:
    answer = page.get(address(digits, q=query))
    assert "hidden" in charts_of(answer)
    assert "data-charts" not in panel_of(answer)
    assert "hidden" not in charts_of(page.get(address(digits)))


def test_no_match_is_said_in_words(page: Client, digits: Project, runs: list[Run]) -> None:
    shown = panel_of(page.get(address(digits, q="params.width > 99999")))
    assert "No run matches" in shown
    assert "None of 6 runs fits <code>params.width &gt; 99999</code>" in shown


def test_brushes_that_leave_nothing_can_be_drawn_anew(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    answer = page.get(address(digits, brush="params.width:1000..2000"))
    assert names_in(answer) == []
    assert "hidden" not in charts_of(answer)
    assert "data-charts" in panel_of(answer)


def test_a_faulty_filter_keeps_brushes_order_and_columns(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    view = {"brush": "params.width:1..9", "order": "number", "cols": ["params.width"]}
    shown = panel_of(page.get(address(digits, q="<", **view)))
    assert 'name="brush" value="params.width:1..9"' in shown
    assert 'name="order" value="number"' in shown
    assert re.search(r'name="cols" value="params.width" form="view-form" checked', shown)


def test_a_brush_narrows_as_the_filter_does(page: Client, digits: Project, runs: list[Run]) -> None:
    brushed = address(digits, q="metrics.val_loss < 0.3", brush="params.width:10..40")
    answer = page.get(brushed)
    assert names_in(answer) == ["run-5", "run-4"]
    assert "width 10 – 40" in answer.content.decode()
    both = ["params.width:10..40", 'params.optimizer.name:"adam"']
    assert names_in(page.get(address(digits, brush=both))) == ["run-4"]


def test_a_brush_does_not_change_the_meaning_of_or(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    either = "params.width = 2 or params.width = 4"
    answer = page.get(address(digits, q=either, brush="params.width:3..64"))
    assert names_in(answer) == ["run-2"]


@pytest.mark.parametrize(
    "text", ["", "params.width", "params.width:1", "params.width:a..b", ":1..2", "x:1..2 or 1=1"]
)
def test_texts_that_are_no_brush_are_left_out(text: str) -> None:
    assert parse_brush(text) is None


def test_a_brush_on_the_time_axis_is_in_seconds(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    start = runs[0].started_at.timestamp()
    assert (
        len(
            names_in(page.get(address(digits, brush=f"started:{start - 60:.0f}..{start + 60:.0f}")))
        )
        == 6
    )
    assert names_in(page.get(address(digits, brush="started:0..1000"))) == []


def test_sorting_follows_the_heads_of_columns(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    answer = page.get(address(digits, order="number"))
    assert names_in(answer)[0] == "run-1"
    assert 'aria-sort="ascending"' in answer.content.decode()


def test_columns_are_those_that_were_asked_for(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    heads = heads_in(page.get(address(digits, cols=["params.optimizer.learning_rate"])))
    assert "learning_rate" in heads
    assert "val_loss" not in heads
    assert "width" not in heads


def test_columns_that_differ_are_shown_without_asking(
    page: Client, digits: Project, alice: User
) -> None:
    for width in (8, 16):
        sketch_run(digits, alice, params={"width": width, "depth": 3})
    heads = heads_in(page.get(address(digits)))
    assert "width" in heads
    assert "depth" not in heads


def test_trashed_and_archived_runs_are_left_out(
    page: Client, digits: Project, runs: list[Run], alice: User
) -> None:
    trash_run(run=runs[5], by=alice)
    archive_run(run=runs[4], by=alice)
    assert names_in(page.get(address(digits)))[0] == "run-4"
    assert "0.2500" in page.get("/").content.decode()


@pytest.mark.parametrize(
    ("place", "change", "act"),
    [("archived", archive_run, "unarchive"), ("trash", trash_run, "restore")],
)
def test_runs_that_lie_aside_are_found_and_brought_back(
    page: Client,
    digits: Project,
    runs: list[Run],
    alice: User,
    place: str,
    change: Callable[..., object],
    act: str,
) -> None:
    assert f"?place={place}" not in page.get(address(digits)).content.decode()
    change(run=runs[0], by=alice)
    assert f'href="?place={place}"' in page.get(address(digits)).content.decode()
    shown = page.get(address(digits, place=place)).content.decode()
    assert "run-1</a>" in shown
    assert "run-2</a>" not in shown
    page.post(f"{runs[0].get_absolute_url()}place/", {"act": act})
    assert "run-1" in names_in(page.get(address(digits)))


def test_a_reader_sees_what_lies_aside_without_buttons(
    dana: User, digits: Project, runs: list[Run], alice: User
) -> None:
    trash_run(run=runs[0], by=alice)
    shown = client_of(dana).get(address(digits, place="trash")).content.decode()
    assert "run-1</a>" in shown
    assert "Restore" not in shown


def test_a_project_with_trashed_runs_alone_does_not_say_that_it_never_had_one(
    page: Client, digits: Project, alice: User
) -> None:
    trash_run(run=sketch_run(digits, alice), by=alice)
    shown = page.get(address(digits)).content.decode()
    assert "No run yet" not in shown
    assert 'href="?place=trash"' in shown


def test_home_leads_to_a_new_project_with_and_without_projects(page: Client, alice: User) -> None:
    assert page.get("/").content.decode().count('href="/projects/new/"') == 1
    make_project(make_team("vision", alice), "digits", alice)
    assert page.get("/").content.decode().count('href="/projects/new/"') == 1


def test_htmx_gets_the_panel_and_its_address(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    answer = page.get(address(digits, q="params.width > 8", order="", x=""), headers=HTMX)
    shown = answer.content.decode()
    assert shown.lstrip().startswith('<section id="runs-panel"')
    assert "<html" not in shown
    assert answer["HX-Push-Url"] == "/projects/vision/digits/?q=params.width+%3E+8"


def test_pages_follow_each_other_without_gaps(
    page: Client, digits: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from projects.views import summary

    monkeypatch.setattr(summary, "ROWS", 4)
    sketch_project(digits, alice, count=6)
    first = page.get(address(digits))
    following = re.search(r'href="(\?cursor=[^"]+)"', first.content.decode())
    assert following is not None
    second = page.get(address(digits) + following[1].replace("&amp;", "&"))
    assert names_in(first) + names_in(second) == [f"run-{n}" for n in (6, 5, 4, 3, 2, 1)]


def test_charts_draw_what_lies_outside_the_brush_too(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    parameters = {"q": "params.width > 4", "brush": "params.width:10..20"}
    data = page.get(address(digits, "charts/", **parameters)).json()
    assert data["total"] == 4
    assert data["rank"] == [1.0, 0.6667, 0.3333, 0.0]
    width = next(column for column in data["columns"] if column["key"] == "params.width")
    assert width["values"] == [64, 32, 16, 8]
    name = next(column for column in data["columns"] if column["key"] == "params.optimizer.name")
    assert name["type"] == "category"
    assert [name["categories"][place] for place in name["values"]] == ["adam", "sgd"] * 2


def test_axes_are_what_was_chosen_and_end_with_the_objective(
    page: Client, digits: Project, alice: User
) -> None:
    for number, name in ((1, "adam"), (2, "rmsprop")):
        optimizer = {"name": name, "class_name": name.title(), "learning_rate": 0.1**number}
        params = {
            "width": number,
            "seed": number,
            "optimizer": {**optimizer, "beta_1": 0.9 / number},
            "fit": {"batch_size": number, "epochs": number, "steps": number},
        }
        sketch_run(digits, alice, params=params)
    data = page.get(address(digits, "charts/")).json()
    assert data["parallel"] == [
        "params.width",
        "params.optimizer.name",
        "params.optimizer.learning_rate",
        "params.fit.batch_size",
        "params.fit.epochs",
        "params.optimizer.beta_1",
        "metrics.loss",
        "metrics.val_loss.min",
    ]
    optimizer = next(one for one in data["columns"] if one["key"] == "params.optimizer.name")
    assert (optimizer["label"], optimizer["categories"]) == ("optimizer", ["adam", "rmsprop"])


def test_axes_over_decades_are_logarithmic(page: Client, digits: Project, runs: list[Run]) -> None:
    data = page.get(address(digits, "charts/")).json()
    logs = {column["label"]: column["log"] for column in data["columns"] if "log" in column}
    assert logs["learning_rate"] is True
    assert logs["val_loss"] is False


def test_a_run_without_a_value_has_no_place_on_the_axis(
    page: Client, digits: Project, runs: list[Run], alice: User
) -> None:
    make_run(digits, alice, name="run-7")
    data = page.get(address(digits, "charts/")).json()
    assert data["rank"][-1] is None
    known = [column for column in data["columns"] if column["key"] != "started"]
    assert known
    assert all(column["values"][-1] is None for column in known)


def test_values_that_are_not_finite_never_reach_the_browser(
    page: Client, digits: Project, alice: User
) -> None:
    sketch_run(digits, alice, val_loss=(float("nan"), float("inf")), params={"width": 8})
    sketch_run(digits, alice, val_loss=(0.5, float("nan")), params={"width": 16})
    for part in ("charts/", "curves/?series=val_loss"):
        text = page.get(digits.get_absolute_url() + part).content
        json.loads(text, parse_constant=pytest.fail)


def test_curves_are_those_of_filter_and_brush(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    data = page.get(
        address(digits, "curves/", series="val_loss", brush="params.width:10..40")
    ).json()
    assert [curve["name"].partition(" ")[2] for curve in data["curves"]] == ["run-5", "run-4"]
    assert data["curves"][0]["min"] == [1.0, 0.2]


def test_csv_holds_the_runs_of_the_view(page: Client, digits: Project, runs: list[Run]) -> None:
    answer = page.get(address(digits, "runs.csv", brush="params.width:10..40"))
    assert answer["Content-Disposition"] == 'attachment; filename="vision-digits-runs.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["name"] for row in rows] == ["run-5", "run-4"]
    assert rows[0]["params.width"] == "32"


def test_editor_archives_ticked_runs_and_stays_on_the_view(
    bob: User, digits: Project, runs: list[Run]
) -> None:
    view = address(digits, q="params.width > 2")
    client = client_of(bob)
    ticked = {"act": "archive", "run": [str(runs[5].id), str(runs[4].id)], "next": view}
    answer = client.post(address(digits, "bulk/"), ticked)
    assert answer.status_code == 302
    assert answer["Location"] == view
    assert names_in(client.get(view)) == ["run-4", "run-3", "run-2"]


def test_reader_may_not_change_many_runs(dana: User, digits: Project, runs: list[Run]) -> None:
    client = client_of(dana)
    ticked = {"act": "trash", "run": [str(runs[0].id)]}
    assert client.post(address(digits, "bulk/"), ticked).status_code == 403
    assert "bulk-form" not in client.get(address(digits)).content.decode()
    assert len(names_in(client.get(address(digits)))) == 6


def test_runs_of_another_project_are_not_changed(
    alice: User, digits: Project, secret: Project, charlie: User
) -> None:
    foreign = sketch_run(secret, charlie)
    client_of(alice).post(address(digits, "bulk/"), {"act": "trash", "run": [str(foreign.id)]})
    foreign.refresh_from_db()
    assert foreign.trashed_at is None


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "/admin/"])
def test_after_a_change_one_stays_in_the_project(
    page: Client, digits: Project, runs: list[Run], where: str
) -> None:
    ticked = {"act": "trash", "run": [str(runs[0].id)], "next": where}
    answer = page.post(address(digits, "bulk/"), ticked)
    assert answer["Location"] == digits.get_absolute_url()


def test_hostile_texts_are_shown_as_texts(page: Client, digits: Project, alice: User) -> None:
    attack = "<script>alert(1)</script>"
    sketch_run(digits, alice, name=attack, params={attack: attack, "b": 1})
    sketch_run(digits, alice, name="plain", params={attack: "other", "b": 2})
    shown = page.get(address(digits, q=f'name = "{attack}"')).content.decode()
    assert attack not in shown
    assert "&lt;script&gt;alert(1)" in shown


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    statements = [one["sql"] for one in captured.captured_queries]
    return sum(not text.startswith(("SAVEPOINT", "RELEASE")) for text in statements)


@pytest.mark.parametrize(("part", "most"), [("", 15), ("charts/", 10), ("curves/", 11)])
def test_as_many_queries_for_many_runs_as_for_few(
    page: Client, digits: Project, alice: User, part: str, most: int
) -> None:
    sketch_project(digits, alice, count=3)
    few = queries_of(page, address(digits, part))
    sketch_project(digits, alice, count=12)
    assert queries_of(page, address(digits, part)) <= few
    assert few <= most


def test_home_needs_as_many_queries_for_many_projects(
    page: Client, digits: Project, alice: User, make_run: Callable[..., Run]
) -> None:
    few = queries_of(page, "/")
    for number in range(5):
        made = services.create_project(team=digits.team, slug=f"p{number}", by=alice)
        sketch_run(made, alice)
    assert queries_of(page, "/") <= few + 2
    assert few <= 6
