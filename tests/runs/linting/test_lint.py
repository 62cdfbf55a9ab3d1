"""A run is linted with what is stored of it, when it matters and never in a batch's way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command

from ahnb_client.linting.rule import RULES
from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.ids import RunKey
from runs.linting.lint import lint_run
from runs.linting.version import rules_version
from runs.models import Finding, Run, Severity, Source
from tests.cast import log_points, make_run, uuid7
from tests.sketches import send_events

from .conftest import DYNAMIC, STATIC

pytestmark = pytest.mark.usefixtures("rules")
MODEL = ("model", {"layers": [{"name": "bad_1", "class": "Dense"}, {"name": "good"}]})
DATA = ("data", {"samples": 10, "statistics": {"x": {"shape": [10, 2]}}})
Committing = Callable[..., Any]


def key_of(run: Run) -> RunKey:
    return RunKey(run.project_id, run.id)


def found(run: Run) -> list[tuple[str, str, str]]:
    rows = Finding.objects.filter(run_id=run.id).order_by("rule", "place")
    return [(row.rule, row.place, row.source) for row in rows]


def test_a_model_is_linted_as_it_arrives(
    run: Run, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send_events(run, MODEL)
    [row] = Finding.objects.filter(rule=STATIC)
    assert (row.place, row.severity, row.source) == ("layer bad_1", Severity.ERROR, Source.SERVER)
    assert row.evidence == {"layers": 2, "loss": "NaN"}
    assert (row.text, row.fix) == ("bad_1 is bad.", "Mend it.")
    assert row.rules_version == rules_version()


def test_what_the_training_did_is_judged_at_its_end(
    run: Run, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        log_points(run, {"loss": [0.1, 0.2, 0.9]})
        send_events(run, MODEL)
    assert found(run) == [(STATIC, "layer bad_1", "server")]
    with django_capture_on_commit_callbacks(execute=True):
        send_events(run, ("status", {"status": "finished"}))
    assert found(run)[1] == (DYNAMIC, "metric loss, epoch 2", "server")
    assert Finding.objects.get(rule=DYNAMIC).epoch == 2


def test_points_alone_are_not_linted(
    run: Run, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        log_points(run, {"loss": [0.1]})
        send_events(run, ("note", {"text": "Calm."}), ("status", {"status": "running"}))
    run.refresh_from_db()
    assert run.linted_with == ""


def test_a_rule_that_breaks_harms_no_batch(
    run: Run, django_capture_on_commit_callbacks: Committing
) -> None:
    odd = {"layers": [{"name": 5, "config": "x", "class": None}], "compile": [], "inputs": 3}
    with django_capture_on_commit_callbacks(execute=True):
        send_events(run, ("model", odd), ("data", {"statistics": [1], "x": "?"}))
    run.refresh_from_db()
    assert run.linted_with == rules_version()


def test_the_server_takes_the_place_of_the_client_where_it_knows_better(run: Run) -> None:
    send_events(
        run,
        MODEL,
        DATA,
        ("finding", {"id": STATIC, "severity": "warn", "text": "Mine.", "where": {"layer": "x"}}),
        ("finding", {"id": "OWN", "severity": "warn", "text": "Mine."}),
        ("finding", {"id": DYNAMIC, "severity": "warn", "text": "Mine."}),
    )
    assert len(found(run)) == 3
    lint_run(key_of(run))
    assert found(run) == [
        ("OWN", "", "client"),
        (STATIC, "layer bad_1", "server"),
        (DYNAMIC, "", "client"),
    ]


def test_without_the_data_the_client_knows_better(run: Run) -> None:
    send_events(run, MODEL, ("finding", {"id": STATIC, "text": "Mine.", "where": {"data": "y"}}))
    lint_run(key_of(run))
    assert found(run) == [(STATIC, "data y", "client"), (STATIC, "layer bad_1", "server")]


def test_the_step_at_which_the_client_saw_it_stays(run: Run) -> None:
    told = {"id": STATIC, "text": "Mine.", "where": {"layer": "bad_1"}, "step": 9}
    send_events(run, MODEL, ("finding", told))
    lint_run(key_of(run))
    row = Finding.objects.get()
    assert (row.source, row.step) == (Source.SERVER, 9)


def test_linting_twice_gives_the_same_and_keeps_the_time(run: Run) -> None:
    send_events(run, MODEL)
    lint_run(key_of(run))
    first = Finding.objects.get()
    lint_run(key_of(run))
    assert Finding.objects.get().found_at == first.found_at


def test_what_is_mended_is_no_longer_found(run: Run) -> None:
    send_events(run, MODEL)
    lint_run(key_of(run))
    send_events(run, ("model", {"layers": [{"name": "good"}]}))
    lint_run(key_of(run))
    assert found(run) == []


def test_a_run_that_is_gone_is_left_alone(run: Run) -> None:
    lint_run(RunKey(run.project_id, uuid7()))
    assert not Finding.objects.exists()


class TestTheCommand:
    def linted(self, capsys: pytest.CaptureFixture[str], *options: str) -> str:
        call_command("lint", *options)
        return capsys.readouterr().out

    def test_only_what_older_rules_looked_at(
        self, run: Run, digits: Project, alice: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        send_events(run, MODEL)
        make_run(digits, alice)
        assert "2 runs linted" in self.linted(capsys)
        assert "0 runs linted" in self.linted(capsys)
        Run.objects.filter(id=run.id).update(linted_with="older")
        assert ": 1 finding." in self.linted(capsys, "--project", "vision/digits")
        assert "2 runs linted" in self.linted(capsys, "--all")

    def test_rules_that_are_gone_find_nothing(
        self, run: Run, capsys: pytest.CaptureFixture[str]
    ) -> None:
        send_events(run, MODEL)
        self.linted(capsys)
        kept = RULES.pop(STATIC)
        try:
            self.linted(capsys, "--all")
        finally:
            RULES[STATIC] = kept
        assert found(run) == []
