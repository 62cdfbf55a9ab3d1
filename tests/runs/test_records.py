"""Records beside a reading of every run in order of time."""

import pytest
from django.utils import timezone

from projects.models import Project
from runs.models import MetricSummary, Run
from runs.pages.overview import Objective
from runs.pages.records import EARLY, FEW_LATER, records_of
from runs.seeding import seed_runs
from tests import cast


@pytest.fixture
def many(digits: Project) -> Project:
    seed_runs(project=digits, count=EARLY + 200)
    return digits


def found(project: Project, metric: str, mode: str) -> list[tuple[int, float]]:
    records = records_of({project.pk: Objective(metric, mode)})[project.pk]
    return [(record.number, record.value) for record in records]


def expected(project: Project, metric: str, mode: str) -> list[tuple[int, float]]:
    rows = MetricSummary.objects.filter(project_id=project.pk, name=metric)
    values = dict(rows.values_list("run_id", mode))
    runs = Run.objects.filter(project_id=project.pk, trashed_at=None, archived_at=None)
    records: list[tuple[int, float]] = []
    for run in sorted(runs, key=lambda run: (run.finished_at or run.started_at, run.id)):
        value = values.get(run.id)
        sign = 1 if mode == "min" else -1
        if value is not None and (not records or sign * value < sign * records[-1][1]):
            records.append((run.number, value))
    return records


@pytest.mark.parametrize(("metric", "mode"), [("val_loss", "min"), ("val_accuracy", "max")])
def test_records_are_those_of_all_runs(many: Project, metric: str, mode: str) -> None:
    # The best of all comes last, far behind the runs that are read one by one.
    best = {"min": {"min": 1e-9}, "max": {"max": 0.9999}}[mode]
    last = Run.objects.get(project_id=many.pk, number=EARLY + 150)
    MetricSummary.objects.filter(run_id=last.id, name=metric).update(**best)
    assert found(many, metric, mode)[-1][0] == last.number
    assert found(many, metric, mode) == expected(many, metric, mode)


def test_records_are_right_where_most_later_runs_beat_the_first(digits: Project) -> None:
    seed_runs(project=digits, count=EARLY + FEW_LATER + 100)
    poor = Run.objects.filter(project_id=digits.pk, number__lte=EARLY)
    losses = MetricSummary.objects.filter(project_id=digits.pk, name="val_loss")
    losses.filter(run_id__in=poor.values("id")).update(min=1e6)
    gone = Run.objects.get(project_id=digits.pk, number=found(digits, "val_loss", "min")[-1][0])
    Run.objects.filter(id=gone.id).update(trashed_at=timezone.now())
    assert found(digits, "val_loss", "min") == expected(digits, "val_loss", "min")


def test_runs_in_archive_and_trash_set_none(many: Project) -> None:
    for place in ("trashed_at", "archived_at"):
        numbers = [number for number, _ in found(many, "val_loss", "min")]
        runs = Run.objects.filter(project_id=many.pk, number__in=numbers[::2])
        runs.update(**{place: timezone.now()})
        assert found(many, "val_loss", "min") == expected(many, "val_loss", "min")


def test_a_metric_that_only_later_runs_have(many: Project) -> None:
    early = Run.objects.filter(project_id=many.pk, number__lte=EARLY + 20)
    MetricSummary.objects.filter(name="auc", run_id__in=early.values("id")).delete()
    assert found(many, "auc", "max") == expected(many, "auc", "max") != []


def test_equal_values_set_no_second_record(many: Project) -> None:
    MetricSummary.objects.filter(project_id=many.pk, name="auc").update(max=0.5)
    assert found(many, "auc", "max") == [(1, 0.5)]


def test_runs_that_only_diverged_set_none(digits: Project, alice) -> None:
    cast.log_points(cast.make_run(digits, alice), {"loss": [float("nan")]})
    assert found(digits, "loss", "min") == []
