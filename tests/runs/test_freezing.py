"""Frozen runs take nothing more; frozen and quoted ones are never purged."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from ahnb_platform.accounts.models import AuditEvent
from ahnb_platform.errors import Conflict, NotAllowed
from runs import bulk, freezing, queries, services
from runs.metrics.models import MetricState
from runs.models import Note, Run, RunLocator
from runs.pages.charts import read_rows
from runs.pages.happenings import happenings_of
from runs.pages.overview import glances
from runs.quotes.services import take_quote
from runs.quotes.values import Choice
from tests import cast
from tests.runs.batches import batch, event, points, send, stored

pytestmark = pytest.mark.django_db


def frozen(run, user):
    return freezing.freeze_run(run=queries.run_for_user(user, run.id), by=user, reason="paper")


def test_a_frozen_run_takes_no_points_events_or_changes(run, bob, api) -> None:
    first = batch(**points("loss", 0.5))
    assert send(api, run, first).status_code == 200
    frozen(run, bob)
    refused = send(api, run, batch(**points("loss", 0.25)))
    assert (refused.status_code, refused.json()["code"]) == (410, "run-frozen")
    assert send(api, run, batch(events=[event("note", {"text": "x"})])).status_code == 410
    # What it took before is acknowledged again to a client that missed the answer.
    assert send(api, run, first).json()["duplicate"] is True
    path = f"/api/v1/runs/{run.id}/"
    for answer in (
        api.patch(path, {"name": "new"}),
        api.post(f"{path}notes/", {"text": "x"}),
        api.delete(path),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "run-frozen")
    assert stored(run) == [(0, 0.5)]
    assert not Note.objects.exists()
    assert api.get(path).json()["frozen_at"] is not None


def test_a_frozen_run_stays_running_and_one_that_was_lost_stays_lost(digits, run, bob) -> None:
    silent = cast.make_run(digits, bob)
    for one, minutes in ((run, 1), (silent, 5)):
        frozen(one, bob)
        Run.objects.filter(pk=one.pk).update(frozen_at=timezone.now() - timedelta(hours=1))
        seen = timezone.now() - timedelta(hours=1, minutes=minutes)
        MetricState.objects.filter(run_id=one.id).update(last_seen_at=seen)
    for status, one in (("running", run), ("lost", silent)):
        (found,) = queries.search_runs(project=digits, q=f"status = {status}").runs
        assert (found.id, found.shown_status) == (one.id, status)
    glance = glances([digits])[digits.pk]
    assert glance.statuses == {"running": 1, "lost": 1}
    assert glance.trains == ()
    kinds = {one.number: one.kind for one in happenings_of(digits, None)}
    assert kinds == {run.number: "started", silent.number: "lost"}
    drawn = read_rows(digits, [run.id, silent.id], (), None)
    assert drawn.facts["status"] == ["running", "lost"]


def test_only_an_owner_unfreezes_and_says_why(run, alice, bob, api, client_of) -> None:
    frozen(run, bob)
    with pytest.raises(NotAllowed):
        freezing.unfreeze_run(run=queries.run_for_user(bob, run.id), by=bob, reason="x")
    owner = client_of(alice)
    assert "Unfreeze it" in owner.get(run.get_absolute_url()).content.decode()
    assert owner.post(f"/runs/{run.id}/unfreeze/", {"reason": " "}).status_code == 422
    owner.post(f"/runs/{run.id}/unfreeze/", {"reason": "A label was wrong"})
    assert send(api, run, batch(**points("loss", 0.25))).status_code == 200
    acts = AuditEvent.objects.filter(action__startswith="run.").order_by("id")
    assert [(act.action, act.data["reason"]) for act in acts] == [
        ("run.frozen", "paper"),
        ("run.unfrozen", "A label was wrong"),
    ]


def test_many_runs_are_trashed_but_for_the_frozen(digits, bob, client_of) -> None:
    runs = [cast.make_run(digits, bob) for _ in range(3)]
    frozen(runs[0], bob)
    ids = [run.id for run in runs]
    assert bulk.tag_runs(project=digits, ids=ids, by=bob, tag="x") == bulk.Tagged(2, 1)
    form = {"act": "trash", "run": [str(one) for one in ids]}
    shown = client_of(bob).post("/projects/vision/digits/bulk/", form, follow=True)
    text = shown.content.decode()
    assert "2 runs put into the trash." in text
    assert "1 run left as it is: frozen." in text
    assert Run.objects.filter(trashed_at=None).get().id == runs[0].id


def purged(*options: str) -> str:
    out = StringIO()
    call_command("purge", "--days", "0", *options, stdout=out)
    return out.getvalue()


def test_the_trash_is_emptied_but_for_what_is_quoted_or_frozen(digits, bob) -> None:
    kept, gone, alive, cold = (cast.make_run(digits, bob) for _ in range(4))
    for run in (kept, gone, alive, cold):
        cast.log_points(run, {"loss": [0.5]})
    take_quote(
        run=queries.run_for_user(bob, kept.id),
        by=bob,
        metric="loss",
        choice=Choice("last"),
        via="page",
    )
    for run in (kept, gone, cold):
        services.trash_run(run=run, by=bob)
    # As a run would be that was frozen and trashed by hand in the database.
    Run.objects.filter(id=cold.id).update(frozen_at=cold.created_at)
    trial = purged("--dry-run")
    assert "would go vision/digits#2" in trial
    assert RunLocator.objects.filter(purged_at=None).count() == 4
    report = purged()
    assert "vision/digits#1" in report
    assert "it is quoted (1 quote)" in report
    assert "it is frozen" in report
    assert report.endswith("1 run deleted, 2 kept.\n")
    living = RunLocator.objects.filter(purged_at=None).values_list("run_id", flat=True)
    assert set(living) == {kept.id, alive.id, cold.id}
    assert stored(kept) == [(0, 0.5)]
    assert AuditEvent.objects.filter(action="run.purged").get().data["number"] == 2
    assert "0 runs deleted" in purged("vision/digits")


def test_a_frozen_run_is_not_trashed_behind_an_old_page(run, bob) -> None:
    old = queries.run_for_user(bob, run.id)
    frozen(run, bob)
    with pytest.raises(Conflict):
        services.trash_run(run=old, by=bob)
