"""What happened is found in the database, told once, and to those alone who asked for it."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.life.quotas import set_project_quota, set_team_quota
from runs.linting.muting import mute_rule
from runs.models import LOST_AFTER, MetricState, Run
from runs.notices import hooks
from runs.notices.kinds import Kind
from runs.notices.models import Delivery, Notice, Watch, Webhook
from runs.notices.telling import in_words
from runs.notices.watching import KEPT, clear_notices, find_events, find_quotas

from ... import cast
from ...at_once import at_once
from ...sketches import send_events, sketch_run

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    return sorted(Notice.objects.values_list("kind", flat=True))


def silence(run: Run) -> None:
    """The run is not heard of for longer than it takes to be lost."""
    MetricState.objects.filter(project_id=run.project_id, run_id=run.id).update(
        last_seen_at=timezone.now() - LOST_AFTER - timedelta(seconds=5)
    )
    Watch.objects.update(since=F("since") - timedelta(hours=1))


def test_end_of_a_run_is_told_once(hook: Webhook, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice)
    sketch_run(digits, alice, status="failed")
    for _ in range(3):
        find_events()
    assert told() == [Kind.FAILED, Kind.FINISHED]
    assert Delivery.objects.filter(webhook=hook).count() == 2
    notice = Notice.objects.get(kind=Kind.FINISHED)
    assert notice.data["run"]["number"] == run.number
    assert notice.data["project"]["path"] == "vision/digits"


def test_run_that_goes_on_and_ends_again_is_told_again(
    hook: Webhook, digits: Project, alice: User
) -> None:
    run = sketch_run(digits, alice, status="failed")
    find_events()
    send_events(run, ("status", {"status": "running"}))
    find_events()
    send_events(run, ("status", {"status": "finished"}))
    find_events()
    assert told() == [Kind.FAILED, Kind.FINISHED]


def test_run_without_a_sign_of_life_is_told_once(
    hook: Webhook, digits: Project, alice: User
) -> None:
    run = sketch_run(digits, alice, status="running")
    find_events()
    assert told() == []
    silence(run)
    find_events()
    find_events()
    assert told() == [Kind.LOST]


def test_warnings_and_errors_are_told_and_remarks_and_muted_ones_not(
    hook: Webhook, digits: Project, alice: User
) -> None:
    run = cast.make_run(digits, alice)
    project = Project.objects.visible_to(alice).get(pk=digits.pk)
    mute_rule(project=project, rule="MUTED1", by=alice, reason="Known.")
    for rule, severity in [("X1", "error"), ("X2", "warn"), ("X3", "info"), ("MUTED1", "error")]:
        send_events(run, ("finding", {"id": rule, "severity": severity, "text": "Odd."}))
    find_events()
    find_events()
    rules = sorted(notice.data["finding"]["rule"] for notice in Notice.objects.all())
    assert rules == ["X1", "X2"]


@pytest.mark.parametrize(("limit", "level"), [(12, "near"), (10, "over"), (100, ""), (0, "")])
def test_quota_that_is_nearly_used_up_is_told(
    hook: Webhook, digits: Project, alice: User, settings, limit: int, level: str
) -> None:
    cast.attach_file(cast.make_run(digits, alice), alice, "a.bin", b"x" * 11)
    settings.ARTIFACT_PROJECT_BYTES = limit
    find_quotas()
    find_quotas()
    find_events()
    found = [notice.data["quota"]["level"] for notice in Notice.objects.all()]
    assert found == ([level] if level else [])


def test_limits_of_project_and_team_are_told_each(
    hook: Webhook, digits: Project, alice: User
) -> None:
    for _ in range(9):
        cast.make_run(digits, alice)
    set_project_quota(project=digits, by=None, runs=9)
    set_team_quota(team=digits.team, by=None, runs=10, points=100)
    find_quotas()
    quotas = [notice.data["quota"] for notice in Notice.objects.order_by("key")]
    assert [(one["of"], one["what"], one["level"]) for one in quotas] == [
        ("project", "runs", "over"),
        ("team", "runs", "near"),
    ]
    assert in_words(Notice.objects.earliest("key").data) == (
        "The runs that vision/digits may have: used up, 9 of 9."
    )


def test_nothing_is_told_of_what_nobody_asked_for(
    hook: Webhook, digits: Project, secret: Project, alice: User, charlie: User
) -> None:
    hooks.change_hook(hook=hook, by=alice, url=hook.url, kinds=[Kind.LOST])
    sketch_run(secret, charlie)
    sketch_run(digits, alice)
    find_events()
    assert set(Notice.objects.values_list("project__slug", flat=True)) == {"digits"}
    assert not Delivery.objects.exists()


def test_nothing_is_told_of_what_happened_before(digits: Project, alice: User) -> None:
    sketch_run(digits, alice, status="failed")
    hooks.add_hook(place=digits, by=alice, url="https://example.org/", kinds=Kind.values)
    find_events()
    assert told() == []


def test_webhook_of_a_team_is_told_of_each_of_its_projects(digits: Project, alice: User) -> None:
    hook = hooks.add_hook(
        place=digits.team, by=alice, url="https://example.org/", kinds=[Kind.FINISHED]
    )
    find_events()
    letters = cast.make_project(digits.team, "letters", alice)
    find_events()
    sketch_run(letters, alice)
    sketch_run(digits, alice)
    find_events()
    paths = {row.notice.data["project"]["path"] for row in hook.deliveries.all() if row.notice}
    assert paths == {"vision/digits", "vision/letters"}


@pytest.mark.django_db(transaction=True)
def test_of_many_that_look_at_once_each_event_is_told_once(
    hook: Webhook, digits: Project, alice: User
) -> None:
    for _ in range(5):
        sketch_run(digits, alice)
    at_once([find_events] * 4)
    assert Notice.objects.count() == 5
    assert Delivery.objects.count() == 5


def test_what_was_told_long_ago_is_cleared(hook: Webhook, digits: Project, alice: User) -> None:
    sketch_run(digits, alice)
    sketch_run(digits, alice)
    find_events()
    old = Notice.objects.first()
    Notice.objects.filter(pk=old.pk).update(created_at=timezone.now() - KEPT * 2)
    assert not clear_notices()
    assert Notice.objects.count() == Delivery.objects.count() == 1


def test_watching_ends_when_nobody_wants_it(hook: Webhook, alice: User) -> None:
    assert Watch.objects.exists()
    hooks.delete_hook(hook=hook, by=alice)
    find_events()
    assert not Watch.objects.exists()
