"""Who is to be told of what happened: written down in one transaction, once."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .models import Delivery, Mail, MailChoice, Notice, Webhook

AT_ONCE = 200


def spread() -> bool:
    """Give each new notice its deliveries and mails; whether there are more."""
    with transaction.atomic():
        rows = Notice.objects.filter(spread_at=None).select_related("project")
        notices = list(
            rows.order_by("created_at").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE]
        )
        Delivery.objects.bulk_create(
            [
                Delivery(webhook=hook, notice=notice)
                for notice in notices
                for hook in _hooks_for(notice)
            ],
            ignore_conflicts=True,
        )
        if settings.EMAIL_HOST:
            Mail.objects.bulk_create(
                [
                    Mail(user_id=user_id, notice=notice)
                    for notice in notices
                    for user_id in _people_for(notice)
                ],
                ignore_conflicts=True,
            )
        done = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
        done.update(spread_at=timezone.now())
    return len(notices) == AT_ONCE


def _hooks_for(notice: Notice) -> list[Webhook]:
    """Those that were there when it happened, want its kind and are not paused."""
    of = Q(project=notice.project) | Q(team=notice.project.team_id)
    wanted = Webhook.objects.filter(of, kinds__contains=[notice.kind], paused_at=None)
    return list(wanted.filter(created_at__lte=notice.created_at))


def _people_for(notice: Notice) -> list[int]:
    choices = MailChoice.objects.filter(project=notice.project, kinds__contains=[notice.kind])
    found = choices.filter(created_at__lte=notice.created_at, user__is_active=True)
    return list(found.values_list("user_id", flat=True))
