"""Rules by age and tag: what they take, what they never take, and that they tell."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from ahnb_platform.accounts.models import AuditEvent
from ahnb_platform.errors import Conflict, Invalid, NotAllowed
from projects.models import Project
from projects.queries import project_for_user
from runs import queries, services
from runs.freezing import freeze_run
from runs.life import tasks
from runs.life.retention import add_rule, made_rule, retain, runs_by_rule
from runs.metrics.models import MetricState
from runs.models import RetentionRule, Run
from runs.quotes.services import take_quote
from runs.quotes.values import Choice
from tests import cast

pytestmark = pytest.mark.django_db
PAGE = "/projects/vision/digits/retention/"


def ended(project, by, days=100, loss=0.5, **fields):
    """A run that ended so many days ago."""
    run = cast.make_run(project, by, **fields)
    cast.log_points(run, {"loss": [loss]})
    at = timezone.now() - timedelta(days=days)
    Run.objects.filter(id=run.id).update(status="finished", started_at=at, finished_at=at)
    return run


def taken(project, **rule):
    """The numbers of the runs that a rule would take."""
    conditions = {"older_days": 90, "only_tag": "", "not_tag": "", "keep_best": 0} | rule
    rows = runs_by_rule(project, made_rule(project, **conditions), timezone.now())
    return [run.number for run in rows]


def seen(by):
    return project_for_user(by, "vision", "digits")


def test_runs_go_by_age_and_tag(digits, alice):
    ended(digits, alice, 100, tags=["sweep"])
    ended(digits, alice, 200, tags=["sweep", "keep"])
    ended(digits, alice, 300)
    ended(digits, alice, 80, tags=["sweep"])
    assert taken(digits) == [3, 2, 1]
    assert taken(digits, only_tag="sweep") == [2, 1]
    assert taken(digits, only_tag="sweep", not_tag="keep") == [1]
    assert taken(digits, older_days=250) == [3]


def test_frozen_quoted_pinned_and_running_runs_never_go(digits, alice):
    frozen, quoted, pinned = (ended(digits, alice) for _ in range(3))
    freeze_run(run=frozen, by=alice)
    here = queries.run_for_user(alice, quoted.id)
    take_quote(run=here, by=alice, metric="loss", choice=Choice("last"), via="page")
    services.pin_run(run=pinned, by=alice)
    running, lost = cast.make_run(digits, alice), cast.make_run(digits, alice)
    past = timezone.now() - timedelta(days=100)
    Run.objects.filter(id__in=[running.id, lost.id]).update(started_at=past)
    MetricState.objects.filter(run_id=lost.id).update(last_seen_at=past)
    add_rule(project=seen(alice), by=alice, older_days=90)
    assert taken(digits) == [lost.number]
    tasks.retain_runs()
    assert Run.objects.get(trashed_at__isnull=False).id == lost.id


def test_the_best_of_the_project_stay(digits, alice):
    with pytest.raises(Invalid, match="objective"):
        taken(digits, keep_best=1)
    Project.objects.filter(pk=digits.pk).update(objective_metric="loss", objective_mode="min")
    digits.refresh_from_db()
    for loss in (0.4, 0.1, 0.3):
        ended(digits, alice, loss=loss)
    ended(digits, alice, days=1, loss=0.2)
    assert taken(digits, keep_best=1) == [1, 3]
    assert taken(digits, keep_best=3) == [1]
    Project.objects.filter(pk=digits.pk).update(objective_mode="max")
    digits.refresh_from_db()
    assert taken(digits, keep_best=1) == [2, 3]
    add_rule(project=seen(alice), by=alice, older_days=90, keep_best=1)
    Project.objects.filter(pk=digits.pk).update(objective_metric="", objective_mode="")
    digits.refresh_from_db()
    assert [one.count for one in retain(digits, timezone.now())] == [0]


def test_the_trash_names_the_rule_and_one_event_tells_how_many(digits, alice, client_of):
    for _ in range(3):
        ended(digits, alice)
    add_rule(project=seen(alice), by=alice, older_days=90, not_tag="keep")
    steps = [retain(digits, timezone.now(), most=2)[0] for _ in range(2)]
    assert [(step.count, step.has_more) for step in steps] == [(2, True), (1, False)]
    events = AuditEvent.objects.filter(action="runs.retained").order_by("pk")
    assert [event.data["count"] for event in events] == [2, 1]
    page = client_of(alice).get("/projects/vision/digits/?place=trash").content.decode()
    assert page.count("the rule: older than 90 days, not tagged “keep”") == 3


def test_a_trial_only_tells(digits, alice):
    ended(digits, alice)
    add_rule(project=seen(alice), by=alice, older_days=90)

    def call(*options):
        told = io.StringIO()
        call_command("retain", *options, stdout=told)
        return told.getvalue()

    assert call("--dry-run") == "vision/digits: older than 90 days: 1 run would go\n"
    assert not Run.objects.filter(trashed_at__isnull=False).exists()
    assert "1 run put into the trash" in call("vision/digits")


def test_owners_preview_a_rule_set_it_and_remove_it(digits, alice, client_of):
    ended(digits, alice, name="old-one")
    client = client_of(alice)
    page = client.get(f"{PAGE}?older_days=90&not_tag=keep").content.decode()
    assert "1 run older than 90 days, not tagged “keep”" in page
    assert "old-one" in page
    assert not RetentionRule.objects.exists()
    page = client.post(PAGE, {"older_days": "90"}, follow=True).content.decode()
    assert "Runs older than 90 days" in page
    rule = RetentionRule.objects.get()
    client.post(PAGE, {"act": "remove", "rule": str(rule.id)})
    assert not RetentionRule.objects.exists()
    assert client.post(PAGE, {"act": "remove", "rule": str(rule.id)}).status_code == 404
    assert client.post(PAGE, {"older_days": "0"}).status_code == 422
    assert "Keep the best" in client.get(f"{PAGE}?older_days=9&keep_best=2").content.decode()


def test_the_same_rule_is_not_set_twice(digits, alice, client_of):
    client, same = client_of(alice), {"older_days": "90", "only_tag": "old"}
    client.post(PAGE, same)
    page = client.post(PAGE, same | {"keep_best": "0"}, follow=True).content.decode()
    assert "The project has this rule already: older than 90 days, tagged “old”." in page
    assert RetentionRule.objects.count() == 1
    with pytest.raises(Conflict):
        add_rule(project=seen(alice), by=alice, older_days=90, only_tag="old")
    client.post(PAGE, {"older_days": "91", "only_tag": "old"})
    client.post(PAGE, {"older_days": "90"})
    assert RetentionRule.objects.count() == 3


def test_owners_say_how_long_the_trash_keeps(digits, alice, bob, client_of):
    client_of(alice).post(PAGE, {"act": "days", "days": "7"})
    digits.refresh_from_db()
    assert digits.trash_days == 7
    client_of(alice).post(PAGE, {"act": "days", "days": ""})
    digits.refresh_from_db()
    assert digits.trash_days is None
    assert client_of(alice).post(PAGE, {"act": "days", "days": "0"}).status_code == 422
    with pytest.raises(NotAllowed):
        add_rule(project=seen(bob), by=bob, older_days=90)
