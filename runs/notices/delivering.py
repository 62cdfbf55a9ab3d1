"""Sending what is due to webhooks, and coming back to what did not arrive."""

from __future__ import annotations

import json
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ahnb_platform.accounts import audit
from ahnb_platform.outgoing.sending import Outcome, Sender

from . import signing, telling
from .models import Delivery, Webhook

AT_ONCE = 16
WAITS = [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]
LAST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=24)
GIVEN_UP = "Nothing arrived for 24 hours."


def usual_sender() -> Sender:
    """As the settings have it."""
    context = ssl.create_default_context(cafile=settings.WEBHOOK_CA_FILE or None)
    return Sender(exceptions=settings.WEBHOOK_HOSTS, context=context)


def deliver(sender: Sender | None = None) -> bool:
    """Send some of what is due, side by side; whether there is more."""
    due = Delivery.objects.filter(due_at__lte=timezone.now(), webhook__paused_at=None)
    rows = list(due.select_related("webhook", "notice").order_by("due_at")[:AT_ONCE])
    if not rows:
        return False
    sender = sender or usual_sender()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        outcomes = list(pool.map(lambda post: sender.post(*post), map(_post, rows)))
    for row, outcome in zip(rows, outcomes, strict=True):
        note(row, outcome)
    return len(rows) == AT_ONCE


def body_of(row: Delivery) -> bytes:
    """The document that is posted, see `docs/notices.md`."""
    data = telling.with_addresses(row.notice.data if row.notice else telling.of_test())
    told: dict[str, Any] = {
        "id": str(row.notice.pk if row.notice else row.pk),
        "at": (row.notice or row).created_at.isoformat(),
        "text": _slack(data),
        **data,
    }
    return json.dumps(told).encode()


def _post(row: Delivery) -> tuple[str, bytes, dict[str, str]]:
    body = body_of(row)
    secret = signing.secret_of(row.webhook)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "AHNB",
        "X-AHNB-Delivery": str(row.pk),
        "X-AHNB-Signature": signing.signature(secret, body, int(time.time())),
    }
    return row.webhook.url, body, headers


def _slack(data: dict[str, Any]) -> str:
    """The line as Slack, Mattermost and Teams show it: their marks in names are no marks."""
    words = telling.in_words(data)
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        words = words.replace(sign, written)
    place = (data.get("run") or data.get("project") or {}).get("url", "")
    return f"{words} {place}".strip()


def note(row: Delivery, outcome: Outcome) -> None:
    """Write down what came of it, and when to come back; after a day pause the webhook."""
    now = timezone.now()
    row.attempts += 1
    row.first_tried_at = row.first_tried_at or now
    row.tried_at, row.status, row.ms = now, outcome.status, outcome.ms
    row.fault = outcome.fault[:200]
    is_over = outcome.is_good or row.notice is None
    if not is_over and now - row.first_tried_at >= GIVEN_UP_AFTER:
        is_over = True
        pause(row.webhook, GIVEN_UP)
    row.due_at = None if is_over else now + _wait(row.attempts)
    row.ended_at = now if is_over else None
    # It may have been deleted meanwhile, with its webhook: then nothing is written.
    Delivery.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in NOTED})


NOTED = ("attempts", "first_tried_at", "tried_at", "status", "ms", "fault", "due_at", "ended_at")


def _wait(attempts: int) -> timedelta:
    return WAITS[attempts - 1] if attempts <= len(WAITS) else LAST_WAIT


def pause(hook: Webhook, reason: str) -> None:
    """Send nothing more to it; what waits is given up."""
    with transaction.atomic():
        rows = Webhook.objects.filter(pk=hook.pk, paused_at=None)
        if not rows.update(paused_at=timezone.now(), pause_reason=reason):
            return
        waiting = Delivery.objects.filter(webhook=hook, due_at__isnull=False)
        waiting.update(due_at=None, ended_at=timezone.now(), fault="The webhook was paused.")
        audit.record(
            "webhook.paused", by=None, target=hook, team=hook.team or _team(hook), reason=reason
        )


def _team(hook: Webhook) -> Any:
    return hook.project.team if hook.project else None
