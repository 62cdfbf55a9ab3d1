"""One-time links and invitations by mail, when the settings name a mail server."""

import logging
from smtplib import SMTPException
from threading import Thread

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection
from django.template.loader import render_to_string

from . import invitations, links, local_login, people
from .addresses import absolute
from .models import Invitation

logger = logging.getLogger(__name__)


def send_link(email: str) -> None:
    """Mail a link to the person of that address, if there is one.

    All of it happens on a thread of its own, so that the time of the answer does not tell whether
    the address is known. Without a mail server nothing is done.
    """
    if settings.EMAIL_HOST:
        Thread(target=_send, args=[email], daemon=True).start()


def send_invitation(invitation: Invitation, path: str) -> bool:
    """Mail the link of an invitation; whether it was taken by the mail server of the settings."""
    if not settings.EMAIL_HOST:
        return False
    context = {"invitation": invitation, "url": absolute(path), "days": invitations.DAYS}
    text = render_to_string("account/mail/invitation.txt", context)
    try:
        subject = f"Invitation into the team {invitation.team.name} at AHNB"
        send_mail(subject, text, None, [invitation.email])
    except (OSError, SMTPException):
        logger.exception("an invitation could not be mailed")
        return False
    return True


def _send(email: str) -> None:
    try:
        user = people.person_with_email(email)
        if user is None or not user.is_active or not local_login.is_allowed(user.email):
            return
        url = absolute(links.make_login_link(user=user, hours=links.SHORT_HOURS))
        context = {"user": user, "url": url, "minutes": round(links.SHORT_HOURS * 60)}
        text = render_to_string("account/mail/link.txt", context)
        send_mail("Your one-time link to AHNB", text, None, [user.email])
    except (OSError, SMTPException):
        logger.exception("a one-time link could not be mailed")
    finally:
        connection.close()
