"""The summary of a project: its table, and who may change what."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects import services
from projects.models import Project
from runs.models import Run
from runs.services import archive_run, trash_run
from tests import cast

from ..cast import client_of, log_points
from ..sketches import sketch_project, sketch_run
from .reading import HTMX, address, heads_in, names_in, panel_of, queries_of


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
    assert "−0.400</data> against" in shown


def test_one_run_that_watches_another_metric_does_not_take_over(
    page: Client, digits: Project, alice: User
) -> None:
    def watch(metric: str, mode: str) -> None:
        run = sketch_run(digits, alice, val_loss=(0.5,))
        log_points(run, {"acc": [0.9]})
        Run.objects.filter(pk=run.pk).update(objective_metric=metric, objective_mode=mode)

    def heading() -> str:
        found = re.search(r"Best (\w+)", page.get(address(digits)).content.decode())
        return found[1] if found else ""

    watch("", "")
    watch("acc", "max")
    assert heading() == "val_loss"
    watch("acc", "max")
    watch("loss", "min")
    assert heading() == "acc"


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
        assert cast.without_chance(hidden) == cast.without_chance(missing)


def test_anonymous_is_sent_to_the_login(anonymous: Client, digits: Project) -> None:
    answer = anonymous.get(address(digits))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_a_former_address_leads_to_the_project(page: Client, digits: Project, alice: User) -> None:
    services.rename_project(project=digits, by=alice, slug="numbers")
    answer = page.get("/projects/vision/digits/?q=status+%3D+%22running%22")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/projects/vision/numbers/?q=status")


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


def test_htmx_gets_the_panel_and_its_address(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    answer = page.get(address(digits, q="params.width > 8", order="", x=""), headers=HTMX)
    shown = answer.content.decode()
    assert shown.lstrip().startswith('<section id="runs-panel"')
    assert "<html" not in shown
    assert answer["HX-Push-Url"] == "/projects/vision/digits/?q=params.width+%3E+8"


def test_pages_follow_each_other_without_gaps(page: Client, digits: Project, alice: User) -> None:
    sketch_project(digits, alice, count=30)
    first = page.get(address(digits, rows=25))
    following = re.search(r'href="(\?rows=25&amp;cursor=[^"]+)"', first.content.decode())
    assert following is not None
    second = page.get(address(digits) + following[1].replace("&amp;", "&"))
    assert len(names_in(first)) == 25
    assert names_in(first) + names_in(second) == [f"run-{n}" for n in range(30, 0, -1)]


def test_csv_holds_the_runs_of_the_view(page: Client, digits: Project, runs: list[Run]) -> None:
    answer = page.get(address(digits, "runs.csv", brush="params.width:10..40"))
    assert answer["Content-Disposition"] == 'attachment; filename="vision-digits-runs.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["name"] for row in rows] == ["run-5", "run-4"]
    assert rows[0]["params.width"] == "32"


def test_hostile_texts_are_shown_as_texts(page: Client, digits: Project, alice: User) -> None:
    attack = "<script>alert(1)</script>"
    sketch_run(digits, alice, name=attack, params={attack: attack, "b": 1})
    sketch_run(digits, alice, name="plain", params={attack: "other", "b": 2})
    shown = page.get(address(digits, q=f'name = "{attack}"')).content.decode()
    assert attack not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_columns_stand_in_the_order_of_the_address(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    keys = ["duration", "tags", "params.width", "status", "nothing"]
    heads = heads_in(page.get(address(digits, cols=keys)))
    found = [heads.index(word) for word in (">Duration", ">Tags", ">width", ">Status")]
    assert found == sorted(found)
    assert "Curve" not in heads


def test_tags_stand_beside_the_name(page: Client, digits: Project, alice: User) -> None:
    sketch_run(digits, alice, tags=["a", "b<", "c", "d"])
    shown = panel_of(page.get(address(digits)))
    assert '<span class="tag">b&lt;</span>' in shown
    assert "and 1 more" in shown


@pytest.mark.parametrize(("part", "most"), [("", 10), ("charts/", 10), ("curves/", 10)])
def test_as_many_queries_for_many_runs_as_for_few(
    page: Client, digits: Project, alice: User, part: str, most: int
) -> None:
    sketch_project(digits, alice, count=3)
    few = queries_of(page, address(digits, part))
    sketch_project(digits, alice, count=12)
    assert queries_of(page, address(digits, part)) <= few
    assert few <= most
