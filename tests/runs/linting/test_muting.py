"""Muting: who may, what it hides, and that it can be undone."""

import pytest

from ahnb_platform.accounts.models import AuditEvent, User
from ahnb_platform.errors import Invalid
from projects.models import Project
from projects.queries import project_for_user
from runs import queries, services
from runs.linting.muting import mute_rule, mutes_of, unmute
from runs.linting.queries import (
    PAGE,
    Wanted,
    findings_of_run,
    rule_counts,
    search_findings,
    with_mutes,
)
from runs.models import Finding, Mute, Run
from tests.cast import make_run
from tests.sketches import send_events


def tell(run: Run, rule: str = "LOSS01", severity: str = "error", layer: str = "dense") -> None:
    found = {"id": rule, "severity": severity, "text": f"{rule}!", "where": {"layer": layer}}
    send_events(run, ("finding", found))


@pytest.fixture
def project(digits: Project, alice: User) -> Project:
    return project_for_user(alice, "vision", "digits")


def told(run: Run) -> list[str]:
    return [one.rule for one in findings_of_run(run, is_muted=False)]


def test_a_rule_is_muted_in_one_run(run: Run, project: Project, alice: User) -> None:
    other = make_run(project, alice)
    tell(run), tell(other), tell(run, "DATA01")
    mute_rule(project=project, rule="LOSS01", by=alice, reason="Meant so.", run=run)
    assert told(run) == ["DATA01"]
    assert told(other) == ["LOSS01"]


def test_a_rule_is_muted_in_all_runs_also_in_those_to_come(
    run: Run, project: Project, alice: User
) -> None:
    mute_rule(project=project, rule="LOSS01", by=alice, reason="Meant so.")
    tell(run), tell(run, "DATA01")
    assert told(run) == ["DATA01"]
    [muted] = with_mutes(findings_of_run(run, is_muted=True))
    assert (muted.mute["reason"], muted.mute["by"], muted.mute["run"]) == (
        "Meant so.",
        "Alice",
        None,
    )


def test_another_projects_mute_mutes_nothing(run: Run, alice: User, secret: Project) -> None:
    charlie = User.objects.get(email="charlie@example.org")
    theirs = project_for_user(charlie, "other", "secret")
    mute_rule(project=theirs, rule="LOSS01", by=charlie, reason="Ours.")
    tell(run)
    assert told(run) == ["LOSS01"]


def test_muting_twice_changes_the_reason_alone(run: Run, project: Project, alice: User) -> None:
    for reason in ("first", "second"):
        for where in (None, run):
            mute_rule(project=project, rule="LOSS01", by=alice, reason=reason, run=where)
    assert [mute.reason for mute in mutes_of(project)] == ["second", "second"]


def test_unmuting_tells_again_and_both_are_on_record(
    run: Run, project: Project, alice: User
) -> None:
    tell(run)
    mute = mute_rule(project=project, rule="LOSS01", by=alice, reason="Meant so.")
    unmute(project=project, mute=mute, by=alice)
    assert told(run) == ["LOSS01"]
    actions = AuditEvent.objects.filter(action__startswith="finding.").order_by("pk")
    assert [event.action for event in actions] == ["finding.muted", "finding.unmuted"]


@pytest.mark.parametrize(
    ("rule", "reason"), [("", "x"), ("A" * 41, "x"), ("A", " "), ("A", "x" * 501)]
)
def test_without_a_rule_and_a_reason_nothing_is_muted(
    project: Project, alice: User, rule: str, reason: str
) -> None:
    with pytest.raises(Invalid):
        mute_rule(project=project, rule=rule, by=alice, reason=reason)
    assert not Mute.objects.exists()


def test_rules_are_counted_with_what_is_muted(run: Run, project: Project, alice: User) -> None:
    other = make_run(project, alice)
    tell(run), tell(run, layer="other"), tell(other), tell(other, "DATA01", "warn")
    mute_rule(project=project, rule="LOSS01", by=alice, reason="Meant so.", run=run)
    counts = [(one.rule, one.severity, one.found, one.muted) for one in rule_counts(project)]
    assert counts == [("LOSS01", 3, 3, 2), ("DATA01", 2, 1, 0)]


def test_pages_follow_each_other_without_gap_or_double(run: Run, project: Project) -> None:
    for number in range(2 * PAGE + 3):
        tell(run, layer=f'odd, "{number}')
    Finding.objects.update(found_at=run.started_at)
    cursor, places = "", []
    for _ in range(3):
        page = search_findings(project, Wanted(), cursor=cursor)
        places += [one.place for one in page.findings]
        cursor = page.next_cursor
    assert cursor == ""
    assert len(set(places)) == len(places) == 2 * PAGE + 3


def test_the_list_of_runs_has_a_badge_of_the_worst(run: Run, project: Project, alice: User) -> None:
    tell(run, "A", "warn"), tell(run, "B", "error"), tell(run, "C", "info")
    [found] = queries.search_runs(project=project).runs
    assert found.badge is not None
    assert (found.badge.worst, found.badge.words) == ("error", "1 error +2")
    mute_rule(project=project, rule="B", by=alice, reason="Meant so.")
    [found] = queries.search_runs(project=project).runs
    assert found.badge is not None
    assert found.badge.words == "1 warning +1"


def test_findings_of_runs_in_the_trash_are_not_listed(
    run: Run, project: Project, alice: User
) -> None:
    tell(run)
    services.trash_run(run=run, by=alice)
    assert search_findings(project, Wanted()).findings == []
