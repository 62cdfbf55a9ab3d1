"""Who may: closed unless a view says otherwise."""

from dataclasses import dataclass
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ahnb_platform.accounts.access import require
from ahnb_platform.accounts.models import ApiToken, Role, Scope
from ahnb_platform.errors import NotAllowed


class DenyByDefault(BasePermission):
    """Nobody: a view that names no permission is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class HasToken(BasePermission):
    """Anybody with a valid token; without one the answer is 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiToken)


@dataclass(frozen=True)
class Right:
    """What a method asks for: a scope of the token, a role of the person in the project."""

    scope: Scope | None
    role: Role = Role.READER

    def check(self, token: ApiToken, role: int) -> None:
        """Raises NotAllowed unless the token has the scope and `role` includes the role."""
        if self.scope is not None and self.scope not in token.scopes:
            raise NotAllowed(f"The token lacks the scope “{self.scope}”.", code="scope-missing")
        require(role, self.role)

    def allows(self, token: ApiToken, role: int) -> bool:
        """Whether `check` would pass."""
        return (self.scope is None or self.scope in token.scopes) and role >= self.role


ANY_TOKEN = Right(None)
READ = Right(Scope.READ)
WRITE = Right(Scope.RUNS_WRITE, Role.EDITOR)
