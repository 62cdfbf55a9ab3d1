"""The tables of people, teams, tokens and audit; one module a subject."""

from .audit import AuditEvent, AuditSeal
from .cache import CacheRow
from .invitation import Invitation
from .link import LoginLink
from .team import Membership, Removal, Role, Team, TeamAlias
from .token import ApiToken, Scope
from .user import User

__all__ = [
    "ApiToken",
    "AuditEvent",
    "AuditSeal",
    "CacheRow",
    "Invitation",
    "LoginLink",
    "Membership",
    "Removal",
    "Role",
    "Scope",
    "Team",
    "TeamAlias",
    "User",
]
