"""Made-up runs look to pages, searches and charts like runs that a client sent."""

import io

import pytest
from django.core.management import CommandError, call_command

from projects.models import Project
from runs import queries
from runs.metrics import sync_search_rows
from runs.models import MetricState, MetricSummary, Run, RunParam
from runs.params import count
from runs.seeding import EPOCHS, METRICS, drafts
from tests import cast


@pytest.fixture
def seeded(digits: Project) -> list[Run]:
    call_command("seedruns", "vision/digits", "12", stdout=io.StringIO())
    return queries.search_runs(project=digits, order="number").runs


def test_runs_are_finished_and_numbered(seeded: list[Run], alice) -> None:
    assert [run.number for run in seeded] == list(range(1, 13))
    assert {run.shown_status for run in seeded} == {"finished"}
    assert {run.user for run in seeded} == {alice}
    assert all(run.duration_seconds == 40 for run in seeded)


def test_a_client_s_next_run_gets_the_next_number(seeded: list[Run], digits, bob) -> None:
    assert cast.make_run(digits, bob).number == 13


def test_each_has_twenty_parameters_and_ten_metrics(seeded: list[Run]) -> None:
    for run in seeded:
        assert count(run.params) == 20
        assert list(run.metrics) == list(METRICS)
        assert RunParam.objects.filter(run_id=run.id).count() == 20


def test_summaries_are_those_of_the_curves(seeded: list[Run]) -> None:
    run = seeded[3]
    found = queries.series_for(run, ["val_loss"])["val_loss"]
    assert (found["total"], found["exact"]) == (EPOCHS, True)
    summary = run.metrics["val_loss"]
    assert (min(found["min"]), max(found["max"])) == (summary.min, summary.max)
    assert found["last"] == [summary.last_step, summary.last]


def test_searches_find_them_by_what_they_hold(seeded: list[Run], digits: Project) -> None:
    found = queries.search_runs(
        project=digits, q='params.optimizer.name = "adam"', order="-metrics.val_accuracy.max"
    )
    adams = [run for run in seeded if run.params["optimizer"]["name"] == "adam"]
    best_first = sorted(adams, key=lambda run: -run.metrics["val_accuracy"].max)
    assert [run.id for run in found.runs] == [run.id for run in best_first]


def test_search_rows_are_those_that_batches_would_leave(seeded: list[Run], digits) -> None:
    def rows() -> list[tuple]:
        return list(MetricSummary.objects.order_by("run_id", "name").values_list())

    before = rows()
    MetricSummary.objects.all().delete()
    MetricState.objects.update(stale=True)
    sync_search_rows(project_id=digits.pk)
    assert rows() == before


def test_the_run_goes_on_where_a_batch_follows(seeded: list[Run]) -> None:
    cast.log_points(seeded[0], {"val_loss": [1.0] * (EPOCHS + 2)})
    assert queries.series_for(seeded[0], ["val_loss"])["val_loss"]["total"] == 2 * EPOCHS + 2


def test_pages_show_them(seeded: list[Run], alice) -> None:
    browser = cast.client_of(alice)
    for path in ("", "charts/", "curves/?series=loss", "runs.csv"):
        answer = browser.get(f"/projects/vision/digits/{path}")
        assert seeded[0].name in answer.getvalue().decode(), path
    assert browser.get(seeded[0].get_absolute_url()).status_code == 200


def test_they_are_the_same_every_time() -> None:
    first, again, other = (list(drafts(*place, 3)) for place in ((1, 1), (1, 1), (2, 1)))
    assert [run.id for run in first] == [run.id for run in again]
    assert all((one.curves == two.curves).all() for one, two in zip(first, again, strict=True))
    assert {run.id for run in first}.isdisjoint(run.id for run in other)


@pytest.mark.parametrize(
    ("path", "number", "words"),
    [("vision/none", "3", "There is no project"), ("vision/digits", "0", "At least one run")],
)
def test_what_cannot_be_done_is_said(digits: Project, path: str, number: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("seedruns", path, number)
