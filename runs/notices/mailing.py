"""Sending the mails that are due; each ends with a link that ends them."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import timezone

from ahnb_platform.accounts.addresses import absolute
from projects.models import Project

from . import telling
from .models import Mail, MailChoice

AT_ONCE = 20
LAST_TRY = 8
SALT = "runs.notices.mailing"
LONGEST_SUBJECT = 150
# What could end a header or turn a line around (RFC 5322; Unicode's line ends and directions).
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")

logger = logging.getLogger(__name__)


def send_mails() -> bool:
    """Send some of the mails that are due; whether there are more."""
    if not settings.EMAIL_HOST:
        return False
    due = Mail.objects.filter(due_at__lte=timezone.now())
    rows = list(due.select_related("user", "notice__project__team").order_by("due_at")[:AT_ONCE])
    if not rows:
        return False
    try:
        with get_connection() as server:
            for row in rows:
                _send(row, server)
    except (OSError, SMTPException):
        logger.exception("notices could not be mailed")
        for row in rows:
            _later(row)
    return len(rows) == AT_ONCE


def _send(row: Mail, server: Any) -> None:
    # Who was taken out of the project since is told nothing.
    sees = Project.objects.visible_to(row.user).filter(pk=row.notice.project_id).exists()
    if sees:
        message = message_for(row)
        message.connection = server
        message.send()
    # It may have gone with its person meanwhile: then nothing is written.
    Mail.objects.filter(pk=row.pk).update(due_at=None, sent_at=timezone.now() if sees else None)
    row.due_at = None


def _later(row: Mail) -> None:
    """Come back to what was not sent, each time twice as late, for some two hours."""
    if row.due_at is None:
        return
    wait = timedelta(seconds=30 * 2**row.attempts)
    due_at = None if row.attempts + 1 >= LAST_TRY else timezone.now() + wait
    Mail.objects.filter(pk=row.pk).update(attempts=row.attempts + 1, due_at=due_at)


def message_for(row: Mail) -> EmailMessage:
    """The mail: plain text, and headers by which a mail program ends such mails (RFC 8058)."""
    data = telling.with_addresses(row.notice.data)
    ending = absolute(unsubscribe_path(row.user_id, row.notice.project_id))
    settings_url = absolute(f"{row.notice.project.get_absolute_url()}notices/")
    words = {
        "words": telling.in_words(data),
        "url": (data.get("run") or data["project"])["url"],
        "settings_url": settings_url,
        "ending": ending,
    }
    return EmailMessage(
        subject=safe_subject(telling.in_words(data)),
        body=render_to_string("notices/mail.txt", words),
        to=[row.user.email],
        headers={
            "List-Unsubscribe": f"<{ending}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def safe_subject(words: str) -> str:
    """The words as the subject of a mail: one line, of a moderate length."""
    line = " ".join(UNSAFE.sub(" ", f"[AHNB] {words}").split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def unsubscribe_path(user_id: int, project_id: int) -> str:
    """Where a person ends the mails of a project without logging in."""
    return f"/unsubscribe/{signing.dumps([user_id, project_id], salt=SALT)}/"


def choice_of(signed: str) -> MailChoice | None:
    """The choice that a link is about; None for a link that we did not make or that is over."""
    try:
        user_id, project_id = signing.loads(signed, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = MailChoice.objects.filter(user_id=user_id, project_id=project_id)
    return rows.select_related("project__team").first()


def end_mails(choice: MailChoice) -> None:
    """No more mails of that project to that person, those that wait included."""
    MailChoice.objects.filter(pk=choice.pk).update(kinds=[])
    waiting = Mail.objects.filter(user=choice.user_id, notice__project=choice.project_id)
    waiting.filter(due_at__isnull=False).update(due_at=None)
