"""Changing one's own address: the new one is taken only when its mailbox was reached."""

import logging
from smtplib import SMTPException
from threading import Thread

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from ahnb_platform.accounts import audit, links, people
from ahnb_platform.accounts.addresses import absolute
from ahnb_platform.accounts.models import User
from ahnb_platform.accounts.models.user import normalise_email
from ahnb_platform.errors import Conflict, Invalid, Missing

from .sso.domains import connection_for

HOURS = 2
SALT = "ahnb.identity.address"
logger = logging.getLogger(__name__)


def ask_for_address(*, user: User, email: str) -> None:
    """Mail a link to the new address; the answer is the same when somebody else has it.

    Raises:
        Invalid: no address, or the one that the person has.
        Conflict: a provider keeps the person's address, or those of the new domain.
    """
    email = normalise_email(email)
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(f"“{email}” is not an e-mail address.", code="email") from error
    if email == user.email:
        raise Invalid("That is your address already.", code="email")
    _refuse_captured(user.email, email)
    audit.record("person.address-asked", by=user, target=user, email=email)
    if people.person_with_email(email) is None:
        said = {"user": user.pk, "old": user.email, "new": email}
        path = reverse("identity:address-confirm", args=[signing.dumps(said, salt=SALT)])
        context = {"user": user, "url": absolute(path), "hours": HOURS}
        _mail("Your new address at AHNB", "account/mail/address.txt", context, email)


def address_in(signed: str, user: User) -> str:
    """The new address of a link that was mailed. Raises Missing for any other, and when late."""
    try:
        said = signing.loads(signed, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature as error:
        raise Missing from error
    if (said["user"], said["old"]) != (user.pk, user.email):
        raise Missing
    return str(said["new"])


def take_address(*, user: User, signed: str) -> User:
    """Log in by the new address from now on; the old one is told.

    Raises:
        Missing: as `address_in`. Conflict: somebody has it by now, or a provider keeps it.
    """
    before, after = user.email, address_in(signed, user)
    _refuse_captured(before, after)
    try:
        with transaction.atomic():
            user.email = after
            user.save(update_fields=["email"])
            links.end_links(user)
            audit.record(
                "person.address-changed",
                by=user,
                target=user,
                before={"email": before},
                after={"email": after},
            )
    except IntegrityError as error:
        raise Conflict("Somebody else has this address.", code="email-taken") from error
    context = {"user": user, "email": after}
    _mail("Your address at AHNB was changed", "account/mail/address_changed.txt", context, before)
    return user


def _refuse_captured(*emails: str) -> None:
    if any(connection_for(email) for email in emails):
        raise Conflict("Addresses of this domain are kept by its provider.", code="not-local")


def _mail(subject: str, template: str, context: dict[str, object], email: str) -> None:
    """On a thread of its own, so that the time of the answer tells nothing."""
    text = render_to_string(template, context)
    if settings.EMAIL_HOST:
        Thread(target=_send, args=[subject, text, email], daemon=True).start()


def _send(subject: str, text: str, email: str) -> None:
    try:
        send_mail(subject, text, None, [email])
    except (OSError, SMTPException):
        logger.exception("a mail about an address could not be sent")
