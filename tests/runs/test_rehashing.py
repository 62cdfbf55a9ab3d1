"""`manage.py rehash`: hashes that an older version of the program stored."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.freezing import freeze_run
from runs.identity import configuration_of
from runs.models import ModelVersion, Run, RunDocument
from tests.sketches import send_events, sketch_run


def residual(count: int, width: int = 8) -> dict[str, Any]:
    """A model with `x + y`, which Keras calls `add_<count>`."""
    layers = [
        {"name": f"dense_{count}", "class": "Dense", "parameters": width, "units": width},
        {"name": f"out_{count}", "class": "Dense", "parameters": 2},
    ]
    edges = [[f"dense_{count}", f"add_{count}"], [f"add_{count}", f"out_{count}"]]
    operations = [{"name": f"add_{count}", "class": "Add"}]
    return {"name": "m", "layers": layers, "edges": edges, "operations": operations}


@pytest.fixture
def runs(digits: Project, alice: User) -> list[Run]:
    """Three runs of one architecture and a fourth of another, hashed as they once were."""
    found = []
    for number, width in enumerate((8, 8, 8, 16), 1):
        run = sketch_run(digits, alice, params={"width": width})
        send_events(run, ("model", residual(number, width)))
        found.append(run)
    ModelVersion.objects.all().delete()
    for number, run in enumerate(found, 1):
        old = f"{number:016x}"
        ModelVersion.objects.create(
            project_id=digits.pk, architecture=old, number=number, run_id=run.id
        )
        Run.objects.filter(id=run.id).update(architecture=old, model_version=number)
    return found


def rehashed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("rehash", *options)
    return capsys.readouterr().out.strip()


def versions() -> list[int | None]:
    return list(Run.objects.order_by("number").values_list("model_version", flat=True))


def test_versions_that_are_one_become_the_first_of_them(
    runs: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    assert rehashed(capsys) == "4 runs read, 4 brought up to date."
    assert versions() == [1, 1, 1, 4]
    kept = ModelVersion.objects.order_by("number")
    assert list(kept.values_list("number", "run_id")) == [(1, runs[0].id), (4, runs[3].id)]
    second = Run.objects.get(id=runs[1].id)
    assert second.architecture == kept[0].architecture
    assert second.configuration == configuration_of(second.params, 1)


def test_a_second_call_changes_nothing(runs: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    rehashed(capsys)
    before = list(Run.objects.order_by("number").values()), list(ModelVersion.objects.values())
    assert rehashed(capsys, "--project", "vision/digits") == "4 runs read, 0 brought up to date."
    assert before == (
        list(Run.objects.order_by("number").values()),
        list(ModelVersion.objects.values()),
    )


def test_frozen_runs_and_other_hashes_are_read_too(
    runs: list[Run], alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    send_events(runs[2], ("environment", {"git": {"commit": "c0ffee"}}))
    freeze_run(run=runs[2], by=alice)
    Run.objects.filter(id=runs[2].id).update(commit="")
    rehashed(capsys)
    kept = Run.objects.get(id=runs[2].id)
    assert (kept.model_version, kept.commit) == (1, "c0ffee")


def test_a_run_without_documents_keeps_what_it_has(
    runs: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    RunDocument.objects.filter(run_id=runs[3].id).delete()
    rehashed(capsys)
    assert versions() == [1, 1, 1, 4]
    assert ModelVersion.objects.filter(architecture=f"{4:016x}").exists()


def test_a_project_that_is_not_there_is_told(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("rehash", "--project", "no/where")
