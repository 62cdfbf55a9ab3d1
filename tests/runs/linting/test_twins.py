"""A run that began exactly as an earlier one, and whether it ended alike."""

from typing import Any

import pytest

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.ids import RunKey
from runs.linting.lint import lint_run
from runs.models import Run
from tests.cast import make_run
from tests.sketches import send_events

FILE = {"kind": "script", "name": "train.py", "sha256": "c" * 64}


def trained(
    project: Project, by: User, result: str, seed: str = "s", weights: str = "first"
) -> Run:
    """A run of one program on one array, that ended with weights of this hash."""
    run = make_run(project, by)
    states = {"python_state": seed, "numpy_state": seed, "keras_state": seed}
    send_events(
        run,
        ("model", {"name": "m", "class": "Sequential", "layers": [], "config": {"name": "m"}}),
        ("params", {"fit": {"epochs": 3}}),
        ("data", {"x": {"shape": [3, 2]}, "fingerprints": {"x": {"hash": "d" * 32}}}),
        ("code", FILE),
        ("environment", {"random": states, "weights": {"hash": weights}}),
        ("summary", {"weights": {"hash": result}}),
        ("status", {"status": "finished"}),
    )
    return Run.objects.get(pk=run.pk)


def said(run: Run) -> list[str]:
    """What D14 says of the run."""
    return [one.text for one in lint_run(RunKey(run.project_id, run.id)) if one.rule == "D14"]


def test_another_result_of_the_same_training_is_told(digits: Project, bob: User) -> None:
    first, second = trained(digits, bob, "one"), trained(digits, bob, "another")
    assert said(first) == []
    assert said(second) == [
        f"began exactly as run #{first.number} did, and ended with other weights"
    ]


def test_the_same_result_is_no_finding(digits: Project, bob: User) -> None:
    trained(digits, bob, "one")
    assert said(trained(digits, bob, "one")) == []


@pytest.mark.parametrize("other", [{"seed": "t"}, {"weights": "others"}])
def test_another_beginning_explains_another_result(
    digits: Project, bob: User, other: dict[str, Any]
) -> None:
    trained(digits, bob, "one")
    assert said(trained(digits, bob, "another", **other)) == []
