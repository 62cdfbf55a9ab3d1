"""Adding to the record: every service that changes something for people writes one event."""

from typing import Any

from django.db import models, transaction
from django.dispatch import Signal

from ahnb_platform.web import requests

from ..models import ApiToken, AuditEvent, Team, User

# Who acts when nobody is logged in.
OPERATOR = "command line"
ANONYMOUS = "anonymous"

# Sent with every event, and again when it is committed: who may what can have changed. For what
# a process remembers of it.
recorded = Signal()


def record(
    action: str,
    *,
    by: User | None,
    target: models.Model | None = None,
    team: Team | None = None,
    token: ApiToken | None = None,
    **data: Any,
) -> AuditEvent:
    """Add one event.

    Args:
        action: what was done, as `thing.done`: `member.added`.
        by: who did it; None for the operator at the command line, or for nobody known.
        target: to what.
        team: whose owners may read the event.
        token: the token that the act came with.
        data: what else tells the story, as JSON; never a secret.
    """
    request = requests.current()
    nobody = ANONYMOUS if request.id else OPERATOR
    recorded.send(None)
    transaction.on_commit(lambda: recorded.send(None))
    return AuditEvent.objects.create(
        action=action,
        actor=by,
        actor_label=(str(by) if by.is_service else by.email) if by else nobody,
        token_prefix=token.prefix if token else "",
        team=team,
        target_type=target._meta.label_lower if target else "",
        target_id=str(target.pk) if target else "",
        target_label=str(target)[:300] if target else "",
        data=data,
        ip=request.ip or None,
        request_id=request.id,
    )
