"""The pages of what mattered, of what happened lately, and of the room taken."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs import metrics
from runs.models import MetricState, Run
from runs.notes import add_note
from runs.services import pin_run
from tests.cast import client_of
from tests.sketches import sketch_project, sketch_run

from ..reading import HTMX, address, names_in, queries_of

PARTS = ("insights/", "activity/", "storage/")


@pytest.fixture
def page(alice: User) -> Client:
    return client_of(alice)


@pytest.fixture
def runs(digits: Project, alice: User) -> list[Run]:
    return sketch_project(digits, alice, count=10)


def shown(client: Client, project: Project, part: str, **parameters: str) -> str:
    answer = client.get(address(project, part, **parameters))
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("part", PARTS)
def test_pages_say_the_next_step_before_there_is_a_run(
    page: Client, digits: Project, part: str
) -> None:
    text = shown(page, digits, part)
    assert any(words in text for words in ("once runs", "as they come", "as soon as it sends"))


@pytest.mark.parametrize("part", PARTS)
def test_stranger_gets_404(charlie: User, digits: Project, part: str) -> None:
    assert client_of(charlie).get(address(digits, part)).status_code == 404


@pytest.mark.parametrize("part", PARTS)
def test_as_many_queries_for_many_runs_as_for_few(
    page: Client, digits: Project, alice: User, part: str
) -> None:
    pin_run(run=sketch_project(digits, alice, count=9)[0], by=alice)
    few = queries_of(page, address(digits, part))
    pin_run(run=sketch_project(digits, alice, count=12)[0], by=alice)
    assert queries_of(page, address(digits, part)) <= few <= 10


def test_what_mattered_is_told_with_its_direction(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    text = shown(page, digits, "insights/")
    assert "10 configurations in 10 runs" in text
    assert "Few configurations" in text
    assert "higher was better" in text
    assert "cause" not in text.lower()


def test_htmx_gets_the_tiles_for_the_runs_of_the_panel(
    page: Client, digits: Project, runs: list[Run]
) -> None:
    answer = page.get(address(digits, "insights/", brush="params.width:2..16"), headers=HTMX)
    text = answer.content.decode()
    assert "<html" not in text
    assert "4 configurations with a result so far" in text
    assert "width=32" not in text or "#4" in text
    panel = page.get(address(digits), headers=HTMX)
    assert panel["HX-Trigger-After-Settle"] == "ahnb:runs"


def test_another_metric_can_be_asked_for(page: Client, digits: Project, runs: list[Run]) -> None:
    assert "What mattered for loss" in shown(page, digits, "insights/", target="metrics.loss.min")
    assert "What mattered for val_loss" in shown(page, digits, "insights/", target="params.x")


@pytest.mark.parametrize("q", ["params.width >> 3", "no = 1", '"'])
def test_a_faulty_filter_is_told(page: Client, digits: Project, runs: list[Run], q: str) -> None:
    assert "This filter cannot be read" in shown(page, digits, "insights/", q=q)


def test_diverged_runs_are_told_and_can_be_left_out(
    page: Client, digits: Project, runs: list[Run], alice: User
) -> None:
    sketch_run(digits, alice, val_loss=(float("nan"),), params={"width": 5})
    assert "count as the worst" in shown(page, digits, "insights/").replace("counts", "count")
    text = shown(page, digits, "insights/", diverged="out")
    assert "is left out" in text
    assert "10 configurations in 10 runs" in text


def test_hostile_parameters_are_shown_as_texts(page: Client, digits: Project, alice: User) -> None:
    attack = "<script>alert(1)</script>"
    for number in range(10):
        params = {attack: (attack, "b")[number % 2], "n": number}
        sketch_run(digits, alice, name=attack, val_loss=(float(number % 2),), params=params)
    for part in PARTS:
        text = shown(page, digits, part)
        assert attack not in text
        assert "&lt;script&gt;" in text


def test_what_happened_lately_is_told_with_who(
    page: Client, digits: Project, alice: User, bob: User
) -> None:
    done = sketch_run(digits, alice, name="done", val_loss=(0.25,))
    sketch_run(digits, alice, name="still", status="running")
    add_note(run=done, by=bob, text="Looks too good.")
    pin_run(run=done, by=bob)
    text = shown(page, digits, "activity/")
    assert "val_loss" in text
    assert "0.2500" in text
    assert "Looks too good." in text
    assert "Bob, <time" in text
    assert text.index("Looks too good.") < text.index("still</a>")


def test_failed_lost_and_diverged_runs_lead_to_their_runs(
    page: Client, digits: Project, alice: User
) -> None:
    sketch_run(digits, alice, name="run-1", status="failed")
    sketch_run(digits, alice, name="run-2", val_loss=(0.5, float("nan")))
    silent = sketch_run(digits, alice, name="run-3", status="running")
    sketch_run(digits, alice, name="run-4")
    long_ago = timezone.now() - timedelta(hours=1)
    MetricState.objects.filter(run_id=silent.id).update(last_seen_at=long_ago)
    text = shown(page, digits, "activity/")
    for words, pick, name in (
        ("1 failed", "1", "run-1"),
        ("1 logged NaN or infinity", "2", "run-2"),
        ("1 lost", "3", "run-3"),
    ):
        assert f'?pick={pick}">{words}</a>' in text
        assert names_in(page.get(address(digits, pick=pick))) == [name]


def test_editors_pin_a_run_and_come_back(
    bob: User, dana: User, digits: Project, runs: list[Run]
) -> None:
    editor, place = client_of(bob), f"/runs/{runs[0].id}/place/"
    editor.post(place, {"act": "pin"})
    assert "Pinned runs" in shown(editor, digits, "activity/")
    assert "Unpin" in editor.get(runs[0].get_absolute_url()).content.decode()
    reader = client_of(dana)
    assert "Unpin run 1" not in shown(reader, digits, "activity/")
    assert reader.post(place, {"act": "unpin"}).status_code == 403
    view = address(digits, q="number > 3")
    assert editor.post(place, {"act": "unpin", "next": view})["Location"] == view
    assert "Pinned runs" not in shown(editor, digits, "activity/")


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "/admin/"])
def test_after_pinning_nobody_is_led_elsewhere(
    page: Client, digits: Project, runs: list[Run], where: str
) -> None:
    answer = page.post(f"/runs/{runs[0].id}/place/", {"act": "pin", "next": where})
    assert answer["Location"] == runs[0].get_absolute_url()


def test_ticked_runs_are_pinned_together(page: Client, digits: Project, runs: list[Run]) -> None:
    page.post(address(digits, "bulk/"), {"act": "pin", "run": [str(run.id) for run in runs[:2]]})
    assert Run.objects.filter(pinned_at__isnull=False).count() == 2
    assert shown(page, digits, "").count('aria-label="pinned"') == 2


def test_the_largest_runs_come_first(page: Client, digits: Project, alice: User) -> None:
    sketch_run(digits, alice, name="small")
    sketch_run(digits, alice, name="large", val_loss=[1 / n for n in range(1, 3000)])
    text = shown(page, digits, "storage/")
    assert "2 runs" in text
    assert text.index("large</a>") < text.index("small</a>")


def test_room_at_a_glance_is_the_room_of_all_runs_or_less(digits: Project, runs: list[Run]) -> None:
    # How long the headers of values are depends on how the rows were read.
    everything = pytest.approx(sum(metrics.stored_bytes(project_id=digits.pk).values()), rel=0.02)
    whole, is_all = metrics.stored_at_least(project_id=digits.pk)
    assert whole == everything
    assert is_all
    part, is_all = metrics.stored_at_least(project_id=digits.pk, most=3)
    assert 0 < part < whole / 2
    assert not is_all


def test_repeats_of_the_best_are_told_beside_it(page: Client, digits: Project, alice: User) -> None:
    for loss, seed in ((0.4, 1), (0.5, 2), (0.6, 3)):
        sketch_run(digits, alice, val_loss=(loss,), params={"width": 8, "seed": seed})
    sketch_run(digits, alice, val_loss=(0.9,), params={"width": 16, "seed": 1})
    tiles = page.get(address(digits, "insights/"), headers=HTMX).content.decode()
    assert re.search(r"Runs like #1: 0.50 ± 0.10", tiles)
    text = shown(page, digits, "insights/")
    assert "with other seeds" in text
    link = re.search(r'href="([^"]+configuration[^"]+)">Show', text)
    assert link is not None
    assert len(re.findall(r"data-run=", page.get(link[1]).content.decode())) == 3
