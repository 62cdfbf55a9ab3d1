"""What owners do with webhooks: every change, each with its audit event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require, role_in
from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.errors import Conflict, Invalid, Missing
from ahnb_platform.outgoing.addresses import Refused, target_of
from projects.models import Project

from . import delivering, signing
from .kinds import Kind
from .models import Delivery, MailChoice, Webhook

MOST = 20
TESTS_A_MINUTE = 5
LOG = 50


def hook_for_owner(user: User, hook_id: int) -> Webhook:
    """The webhook, for an owner of its project or team.

    Raises:
        Missing: there is none, or `user` does not see its project or team.
        NotAllowed: it is seen by who does not own it.
    """
    hook = Webhook.objects.filter(pk=hook_id).select_related("project__team", "team").first()
    if hook is None:
        raise Missing
    if hook.team is not None:
        require(role_in(hook.team, user), Role.OWNER)
    else:
        seen = Project.objects.visible_to(user).filter(pk=hook.project_id or 0).first()
        require(seen.role if seen else 0, Role.OWNER)
    return hook


def hooks_of(place: Project | Team) -> list[Webhook]:
    """The webhooks of a project or of a team itself."""
    return list(Webhook.objects.filter(**_of(place)))


def add_hook(*, place: Project | Team, by: User, url: str, kinds: Sequence[str]) -> Webhook:
    """A new webhook; `signing.secret_of` tells its secret.

    Raises:
        Invalid: the address is not allowed, or a kind is none.
        Conflict: `too-many-webhooks`.
    """
    with transaction.atomic():
        if Webhook.objects.filter(**_of(place)).count() >= MOST:
            raise Conflict(f"There are {MOST} already.", code="too-many-webhooks")
        hook = Webhook.objects.create(
            **_of(place),
            url=checked_url(url),
            kinds=checked_kinds(kinds),
            salt=signing.new_salt(),
            created_by=by,
        )
        _record("webhook.added", hook, by, kinds=hook.kinds)
    return hook


def change_hook(*, hook: Webhook, by: User, url: str, kinds: Sequence[str]) -> None:
    """Another address or other kinds. Raises Invalid as `add_hook`."""
    with transaction.atomic():
        hook.url, hook.kinds = checked_url(url), checked_kinds(kinds)
        hook.save(update_fields=["url", "kinds"])
        _record("webhook.changed", hook, by, kinds=hook.kinds)


def renew_secret(*, hook: Webhook, by: User) -> None:
    """Another secret; the former one signs nothing any more."""
    with transaction.atomic():
        hook.salt = signing.new_salt()
        hook.save(update_fields=["salt"])
        _record("webhook.secret-renewed", hook, by)


def pause_hook(*, hook: Webhook, by: User) -> None:
    """Send nothing more until it is resumed; what waits is given up."""
    with transaction.atomic():
        delivering.pause(hook, f"{by.email} paused it.")


def resume_hook(*, hook: Webhook, by: User) -> None:
    """Send to it again what happens from now on."""
    with transaction.atomic():
        if (
            Webhook.objects.filter(pk=hook.pk)
            .exclude(paused_at=None)
            .update(paused_at=None, pause_reason="")
        ):
            _record("webhook.resumed", hook, by)


def delete_hook(*, hook: Webhook, by: User) -> None:
    """Delete it with its log."""
    with transaction.atomic():
        _record("webhook.deleted", hook, by)
        hook.delete()


def send_test(*, hook: Webhook, by: User) -> None:
    """Have the worker send a test, once.

    Raises:
        Conflict: `too-many-tests`, or `webhook-paused`.
    """
    with transaction.atomic():
        locked = Webhook.objects.select_for_update().get(pk=hook.pk)
        if locked.paused_at is not None:
            raise Conflict("It is paused: resume it first.", code="webhook-paused")
        recent = timezone.now() - timedelta(minutes=1)
        tests = Delivery.objects.filter(webhook=hook, notice=None, created_at__gt=recent)
        if tests.count() >= TESTS_A_MINUTE:
            raise Conflict("Wait a minute before the next test.", code="too-many-tests")
        Delivery.objects.create(webhook=hook)
        _record("webhook.tested", hook, by)


def send_again(*, hook: Webhook, delivery_id: str, by: User) -> None:
    """Have one delivery sent once more, under the id that it had. Raises Missing, Conflict."""
    if hook.paused_at is not None:
        raise Conflict("It is paused: resume it first.", code="webhook-paused")
    with transaction.atomic():
        rows = Delivery.objects.filter(webhook=hook, pk=delivery_id)
        if not rows.update(due_at=timezone.now(), first_tried_at=None, ended_at=None, attempts=0):
            raise Missing
        _record("webhook.sent-again", hook, by, delivery=delivery_id)


def log_of(hook: Webhook) -> list[Delivery]:
    """Its last deliveries, the newest first."""
    rows = Delivery.objects.filter(webhook=hook).select_related("notice")
    return list(rows.order_by("-created_at")[:LOG])


def choose_mails(*, user: User, project: Project, kinds: Sequence[str]) -> None:
    """Of which events in the project `user` gets a mail from now on."""
    MailChoice.objects.update_or_create(
        user=user,
        project=project,
        defaults={"kinds": checked_kinds(kinds, least=0), "created_at": timezone.now()},
    )


def chosen_mails(user: User, project: Project) -> list[str]:
    """The kinds that `user` chose; none by default."""
    found = MailChoice.objects.filter(user=user, project=project).first()
    return list(found.kinds) if found else []


def checked_url(url: str) -> str:
    """Raises Invalid for an address that the server will not go to."""
    url = url.strip()
    try:
        target_of(url, settings.WEBHOOK_HOSTS)
    except Refused as refusal:
        raise Invalid(str(refusal), code="url") from refusal
    return url


def checked_kinds(kinds: Sequence[str], least: int = 1) -> list[str]:
    """Each once, in the usual order. Raises Invalid."""
    if len(set(kinds)) < least or not set(kinds) <= set(Kind.values):
        raise Invalid("Choose what to tell of.", code="kinds")
    return [kind for kind in Kind.values if kind in kinds]


def _of(place: Project | Team) -> dict[str, Project | Team]:
    return {"project" if isinstance(place, Project) else "team": place}


def _record(action: str, hook: Webhook, by: User, **data: Any) -> None:
    team = hook.team or (hook.project.team if hook.project else None)
    audit.record(action, by=by, target=hook, team=team, **data)
