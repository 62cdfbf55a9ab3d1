"""Accepted SAML answers: each logs in once, and only the browser that asked."""

from dataclasses import asdict
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from ahnb_platform.accounts.secret import digest_of, fresh_secret

from ..models import Connection, SamlAnswer
from .claims import Claims, Refused
from .saml import NOT_FOR_US, Answer

# From the provider's page to ours: one redirect.
USABLE = timedelta(minutes=2)


def keep(connection: Connection, answer: Answer) -> str:
    """Write down that the assertion came; the handle with which it is used.

    Raises:
        Refused: it came before (`answer-replayed`).
    """
    handle = fresh_secret()
    try:
        with transaction.atomic():
            SamlAnswer.objects.create(
                connection=connection,
                assertion=answer.digest,
                handle=digest_of(handle),
                in_response_to=answer.in_response_to,
                claims=asdict(answer.claims),
                keep_until=answer.keep_until,
            )
    except IntegrityError as error:
        raise Refused(NOT_FOR_US, code="answer-replayed") from error
    return handle


def take(connection: Connection, handle: str, request_id: str) -> Claims:
    """The claims, once, for the browser whose request `request_id` was answered.

    Raises:
        Refused: unknown, used, too old, or another browser's.
    """
    fresh = SamlAnswer.objects.filter(
        connection=connection,
        handle=digest_of(handle),
        in_response_to=request_id,
        used_at=None,
        received_at__gt=timezone.now() - USABLE,
    )
    if not fresh.update(used_at=timezone.now()):
        raise Refused(NOT_FOR_US, code="answer-unasked")
    claims = SamlAnswer.objects.get(handle=digest_of(handle)).claims
    return Claims(**{**claims, "groups": tuple(claims["groups"])})


def forget_old_answers() -> int:
    """Remove those that could not be valid any more; how many."""
    return SamlAnswer.objects.filter(keep_until__lt=timezone.now()).delete()[0]
