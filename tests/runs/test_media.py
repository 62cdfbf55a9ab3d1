"""Images, histograms, confusion matrices and tables: what is taken, kept and shown."""

import re
from typing import Any

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import queries, services
from runs.media.shown import confusion_of, histogram_of
from runs.media.store import names_of
from runs.models import Run, RunEvent, RunMedia
from tests.cast import api_of, client_of, make_run
from tests.projects.reading import queries_of
from tests.sketches import DOT, sketch_media

HISTOGRAM = {"type": "histogram", "edges": [0, 1, 2.5], "counts": [3, 1]}
CONFUSION = {"type": "confusion", "labels": ["cat", "dog"], "counts": [[8, 2], [0, 5]]}
TABLE = {"type": "table", "columns": ["word", "n"], "rows": [["<b>", 1], [None, True]]}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    return make_run(digits, alice, name="brave-otter")


@pytest.fixture
def page(alice: User) -> Client:
    return client_of(alice)


def rejected(run: Run, data: Any) -> list[str]:
    batch = {"writer": "0192f3a0-0000-7000-8000-000000000009", "seq": 1}
    events = [{"kind": "media", "data": data}]
    answer = services.store_batch(run=run, batch={**batch, "events": events})
    return [item["code"] for item in answer["rejected"]]


@pytest.mark.parametrize("data", [HISTOGRAM, CONFUSION, TABLE, {"type": "image", "png": DOT}])
def test_what_a_run_logs_is_kept_once_by_name_and_step(run: Run, data: dict[str, Any]) -> None:
    media = sketch_media(run, "weights/dense", 7, **data)
    assert (media.name, media.step, media.type) == ("weights/dense", 7, data["type"])
    assert {"type": media.type, **media.data} == data
    assert not RunEvent.objects.filter(kind="media").exists()
    assert Run.objects.get(id=run.id).has_media


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([], "bad-data"),
        ({}, "bad-name"),
        ({"name": " ", **HISTOGRAM}, "bad-name"),
        ({"name": "x" * 256, **HISTOGRAM}, "bad-name"),
        ({"name": "a", "type": "video"}, "bad-type"),
        ({"name": "a", "type": []}, "bad-type"),
        ({"name": "a", **HISTOGRAM, "step": -1}, "bad-step"),
        ({"name": "a", **HISTOGRAM, "step": 1.5}, "bad-step"),
        ({"name": "a", **HISTOGRAM, "caption": 1}, "bad-text"),
        ({"name": "a", "type": "histogram", "edges": [0, 1], "counts": [1, 2]}, "bad-histogram"),
        ({"name": "a", "type": "histogram", "edges": [1, 1], "counts": [1]}, "bad-histogram"),
        ({"name": "a", "type": "histogram", "edges": [0, "1"], "counts": [1]}, "bad-histogram"),
        ({"name": "a", "type": "histogram", "edges": [0, 1], "counts": [-1]}, "bad-histogram"),
        ({"name": "a", "type": "histogram", "edges": [0], "counts": []}, "bad-histogram"),
        ({"name": "a", "type": "confusion", "labels": [], "counts": []}, "bad-labels"),
        ({"name": "a", "type": "confusion", "labels": ["x"], "counts": [[1, 2]]}, "bad-matrix"),
        ({"name": "a", "type": "confusion", "labels": ["x"], "counts": [[-1]]}, "bad-matrix"),
        ({"name": "a", "type": "confusion", "labels": [1], "counts": [[1]]}, "bad-text"),
        ({"name": "a", "type": "table", "columns": [], "rows": []}, "bad-table"),
        ({"name": "a", "type": "table", "columns": ["x"], "rows": [[1, 2]]}, "bad-table"),
        ({"name": "a", "type": "table", "columns": ["x"], "rows": [[[]]]}, "bad-table"),
        ({"name": "a", "type": "table", "columns": ["x"], "rows": ["x"]}, "bad-table"),
        ({"name": "a", "type": "image", "png": "!"}, "bad-image"),
        ({"name": "a", "type": "image", "png": "PHN2Zz4="}, "bad-image"),
        ({"name": "a", "type": "image", "png": 7}, "bad-image"),
        ({"name": "a", "type": "image", "png": DOT[:20]}, "bad-image"),
    ],
)
def test_what_cannot_be_shown_is_refused_alone(run: Run, data: Any, code: str) -> None:
    assert rejected(run, data) == [code]
    assert not RunMedia.objects.exists()


def test_bars_have_areas_like_their_counts() -> None:
    bars = histogram_of([0, 1, 3], [1, 2])["bars"]
    assert bars[0].height == pytest.approx(bars[1].height)
    assert bars[1].width == pytest.approx(2 * bars[0].width, abs=0.01)


@pytest.mark.parametrize(
    ("edges", "counts"),
    [
        ([-1.7e308, 1.7e308], [1]),
        ([0, 5e-324], [1]),
        ([0, 1, 2], [0, 0]),
        ([0, 1], [1.7e308]),
        ([1.0, 1.0000000000000002, 1e300], [1, 1]),
    ],
)
def test_odd_histograms_can_be_drawn(edges: list[float], counts: list[float]) -> None:
    for bar in histogram_of(edges, counts)["bars"]:
        assert 0 <= bar.x <= 320
        assert 0 <= bar.height <= 120
        assert 0 <= bar.y <= 120


def test_shades_are_shares_of_the_row() -> None:
    shown = confusion_of(["a", "b", "c"], [[3, 1, 0], [0, 0, 0], [0, 0, 9]])
    assert [[cell.shade for cell in cells] for _, _, cells in shown["rows"]] == [
        [7, 2, 0],
        [0, 0, 0],
        [0, 0, 9],
    ]
    assert shown["share"] == pytest.approx(12 / 13)


def test_the_runs_page_asks_for_them_only_where_there_are_some(page: Client, run: Run) -> None:
    address = f"/runs/{run.id}/media/"
    assert address not in page.get(run.get_absolute_url()).content.decode()
    sketch_media(run)
    assert address in page.get(run.get_absolute_url()).content.decode()


def test_each_type_is_shown_as_text_and_drawing(page: Client, run: Run) -> None:
    for name, data in (("h", HISTOGRAM), ("c", CONFUSION), ("t", TABLE)):
        sketch_media(run, name, 3, **data, caption="<i>said</i>")
    image = sketch_media(run, "<img>", 3)
    shown = page.get(f"/runs/{run.id}/media/", headers=HTMX).content.decode()
    assert "4 values" in shown
    assert "13 of 15 on the diagonal" in shown
    assert "&lt;b&gt;" in shown
    assert "&lt;i&gt;said&lt;/i&gt;" in shown
    assert f'src="/runs/{run.id}/media/{image.id}.png" width="1" height="1"' in shown
    assert "<b>" not in shown
    assert "<img>" not in shown


def test_steps_follow_each_other(page: Client, run: Run) -> None:
    for step in (5, 0, 90):
        sketch_media(run, "a/b c&d", step)
    item = f"/runs/{run.id}/media/item/?name=a%2Fb%20c%26d"
    last = page.get(item, headers=HTMX).content.decode()
    assert "step 90 (3 of 3)" in last
    assert "step=5" in last
    assert "step 5 (2 of 3)" in page.get(f"{item}&step=5").content.decode()
    assert "step 0 (1 of 3)" in page.get(f"{item}&at=1", headers=HTMX).content.decode()


def test_of_two_at_one_step_the_later_is_shown_and_both_are_kept(page: Client, run: Run) -> None:
    sketch_media(run, "m", 1, **HISTOGRAM)
    sketch_media(run, "m", 1, **CONFUSION)
    assert "diagonal" in page.get(f"/runs/{run.id}/media/item/?name=m").content.decode()
    assert RunMedia.objects.count() == 2
    assert [(one.name, one.count) for one in names_of(run)] == [("m", 1)]


NOWHERE = (
    "",
    "?name=none",
    "?name=sample&step=1",
    "?name=sample&at=9",
    "?name=sample&at=%D9%A1",
    "?name=%00",
    "?name=sample&step=99999999999999999999",
)


@pytest.mark.parametrize("query", NOWHERE)
def test_what_is_not_there_is_not_found(page: Client, run: Run, query: str) -> None:
    sketch_media(run)
    assert page.get(f"/runs/{run.id}/media/item/{query}").status_code == 404


def test_an_image_is_served_as_nothing_else(page: Client, run: Run) -> None:
    media, other = sketch_media(run), sketch_media(run, "t", **TABLE)
    answer = page.get(f"/runs/{run.id}/media/{media.id}.png")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content.startswith(b"\x89PNG")
    assert page.get(f"/runs/{run.id}/media/{other.id}.png").status_code == 404


def test_many_names_cost_no_more_statements(page: Client, run: Run) -> None:
    sketch_media(run, "a")
    address = f"/runs/{run.id}/media/"
    few = queries_of(page, address)
    for number in range(20):
        sketch_media(run, f"name-{number}", number)
    assert queries_of(page, address) == few
    shown = page.get(f"{address}?find=NAME-1").content.decode()
    assert re.findall(r"<h3>(name-1\d?)</h3>", shown)[:2] == ["name-1", "name-10"]


def test_the_api_gives_all(run: Run, alice: User) -> None:
    sketch_media(run, "h", 2, **HISTOGRAM)
    sketch_media(run, "h", 4, **HISTOGRAM)
    address = f"/api/v1/runs/{run.id}/media/"
    names = api_of(alice).get(address).json()["results"]
    assert names == [{"name": "h", "count": 2, "first_step": 2, "last_step": 4}]
    [found] = api_of(alice).get(f"{address}?name=h&from=3").json()["results"]
    assert (found["step"], found["counts"]) == (4, [3, 1])


def test_a_run_that_is_seen_has_its_media(run: Run, alice: User) -> None:
    sketch_media(run)
    assert queries.run_for_user(alice, run.id).has_media
