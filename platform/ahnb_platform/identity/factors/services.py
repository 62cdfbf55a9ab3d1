"""What changes who has, or must have, a second factor."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.access import require, role_in
from ahnb_platform.accounts.models import Role, Team, User

from ..models import TeamPolicy
from ..sessions import end_all_sessions


def set_policy(*, team: Team, by: User, requires_second_factor: bool) -> TeamPolicy:
    """Say whether the members of `team` must have a second factor. Owners."""
    require(role_in(team, by), Role.OWNER)
    with transaction.atomic():
        policy, _ = TeamPolicy.objects.update_or_create(
            team=team, defaults={"requires_second_factor": requires_second_factor}
        )
        audit.record(
            "team.policy-changed",
            by=by,
            target=team,
            team=team,
            requires_second_factor=requires_second_factor,
        )
    return policy


def forget_factors(*, user: User, by: User | None) -> int:
    """Take all second factors from somebody who lost theirs, and end the sessions; how many."""
    with transaction.atomic():
        count = Authenticator.objects.filter(user=user).count()
        Authenticator.objects.filter(user=user).delete()
        end_all_sessions(user)
        audit.record("factor.all-forgotten", by=by, target=user, count=count)
    return count
