"""The admin site: superusers alone, everything recorded, no digest shown."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from ahnb_platform.accounts import links, people, teams
from ahnb_platform.accounts.models import ApiToken, AuditEvent, LoginLink, Team, User
from ahnb_platform.accounts.tokens import verify_token
from projects.models import Project
from tests import cast


@pytest.fixture
def root(db: None) -> Client:
    """The browser of a superuser."""
    user = cast.make_person("root@example.org")
    return cast.client_of(people.make_superuser(user=user, by=None))


def url(model: str, page: str, *args: object) -> str:
    return reverse(f"admin:{model}_{page}", args=args)


def recorded(action: str) -> AuditEvent:
    return AuditEvent.objects.filter(action=action, actor__email="root@example.org").get()


def test_every_list_and_form_opens(root: Client, digits: Project, alice: User) -> None:
    cast.token_of(alice)
    links.make_login_link(user=alice)
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        assert (name, root.get(url(name, "changelist")).status_code) == (name, 200)
        row = model._default_manager.first()
        if row is not None:
            assert (name, root.get(url(name, "change", row.pk)).status_code) == (name, 200)


def test_owners_and_staff_without_the_right_stay_out(vision: Team, alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    for user in (alice, bob):
        client = cast.client_of(user)
        assert client.get("/admin/", follow=True).status_code == 403
        assert client.get(url("accounts_user", "changelist"), follow=True).status_code == 403


def test_there_is_one_door(db: None, anonymous: Client) -> None:
    answer = anonymous.get("/admin/", follow=True)
    assert answer.redirect_chain[-1] == ("/account/login/?next=/admin/", 302)
    data = {"username": "root@example.org", "password": "x"}
    assert anonymous.post("/admin/login/", data)["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in anonymous.session


def test_the_admin_site_sets_no_passwords(root: Client, alice: User) -> None:
    assert root.get("/admin/password_change/")["Location"] == "/account/password/change/"
    path = f"/admin/accounts/user/{alice.pk}/password/"
    root.post(path, {"password1": "battery horse", "password2": "battery horse"})
    alice.refresh_from_db()
    assert not alice.has_usable_password()
    assert "password" not in root.get(url("accounts_user", "change", alice.pk)).content.decode()


def test_a_person_is_added_changed_and_deleted_on_record(root: Client) -> None:
    root.post(url("accounts_user", "add"), {"email": "New@example.org", "is_active": "on"})
    user = User.objects.get(email="new@example.org")
    assert not user.has_usable_password()
    assert recorded("admin.user-added").target_id == str(user.pk)
    data = {"email": "new@example.org", "is_superuser": "on", "is_active": "on"}
    root.post(url("accounts_user", "change", user.pk), data)
    user.refresh_from_db()
    assert user.is_staff
    assert "is_superuser" in recorded("admin.user-changed").data["fields"]
    root.post(url("accounts_user", "delete", user.pk), {"post": "yes"})
    assert recorded("admin.user-deleted").target_id == str(user.pk)


def test_deleting_several_at_once_is_on_record(root: Client, alice: User, charlie: User) -> None:
    chosen = [alice.pk, charlie.pk]
    data = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    root.post(url("accounts_user", "changelist"), data)
    events = AuditEvent.objects.filter(action="admin.user-deleted")
    assert {int(event.target_id) for event in events} == set(chosen)


def test_a_member_added_in_the_teams_form_is_on_record(
    root: Client, vision: Team, charlie: User
) -> None:
    rows = list(vision.memberships.order_by("pk"))
    data = {
        "slug": "vision",
        "name": "Vision",
        "memberships-TOTAL_FORMS": "4",
        "memberships-INITIAL_FORMS": "3",
        "memberships-3-user": str(charlie.pk),
        "memberships-3-role": "1",
        "memberships-3-team": str(vision.pk),
    }
    for index, row in enumerate(rows):
        data |= {
            f"memberships-{index}-id": str(row.pk),
            f"memberships-{index}-team": str(vision.pk),
            f"memberships-{index}-user": str(row.user_id),
            f"memberships-{index}-role": str(row.role),
        }
    answer = root.post(url("accounts_team", "change", vision.pk), data)
    assert answer.status_code == 302
    assert recorded("admin.membership-added").team == vision


def test_a_project_is_changed_on_record_and_never_deleted(root: Client, digits: Project) -> None:
    data = {
        "team": str(digits.team_id),
        "slug": "digits",
        "name": "New name",
        "shares-TOTAL_FORMS": "0",
        "shares-INITIAL_FORMS": "0",
    }
    assert root.post(url("projects_project", "change", digits.pk), data).status_code == 302
    assert recorded("admin.project-changed").team == digits.team
    assert (
        root.post(url("projects_project", "delete", digits.pk), {"post": "yes"}).status_code == 403
    )


def test_digests_are_never_shown(root: Client, alice: User) -> None:
    cast.token_of(alice)
    links.make_login_link(user=alice)
    for model, row in (("apitoken", ApiToken), ("loginlink", LoginLink)):
        found = row.objects.get()
        for page in (
            url(f"accounts_{model}", "changelist"),
            url(f"accounts_{model}", "change", found.pk),
        ):
            text = root.get(page).content.decode()
            assert "digest" not in text.lower()
            assert bytes(found.digest).hex() not in text


def test_a_token_is_revoked_there(root: Client, alice: User) -> None:
    text = cast.token_of(alice)
    data = {"action": "revoke", "_selected_action": [ApiToken.objects.get().pk]}
    root.post(url("accounts_apitoken", "changelist"), data)
    assert verify_token(text) is None
    assert recorded("token.revoked").data["owner"] == "alice@example.org"


def test_a_link_is_made_there_for_anybody(root: Client, other: Team, charlie: User) -> None:
    data = {"action": "make_links", "_selected_action": [charlie.pk]}
    text = root.post(url("accounts_user", "changelist"), data, follow=True).content.decode()
    assert "http://testserver/account/link/" in text
    assert recorded("account.link-made").target_id == str(charlie.pk)


@pytest.mark.parametrize("page", ["change", "delete"])
def test_the_record_is_read_only(root: Client, vision: Team, page: str) -> None:
    event = AuditEvent.objects.filter(team=vision).first()
    assert event is not None
    assert root.post(url("accounts_auditevent", page, event.pk), {"post": "yes"}).status_code == 403
    assert root.post(url("accounts_auditevent", "add"), {}).status_code == 403
    assert AuditEvent.objects.filter(pk=event.pk).exists()


def test_a_deleted_team_leaves_its_record(root: Client, alice: User) -> None:
    team = teams.create_team(slug="gone", by=alice)
    root.post(url("accounts_team", "delete", team.pk), {"post": "yes"})
    assert not Team.objects.filter(slug="gone").exists()
    assert recorded("admin.team-deleted").target_label == "gone"
    assert AuditEvent.objects.filter(action="team.created", target_label="gone").exists()
