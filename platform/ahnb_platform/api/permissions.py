"""What a view must state before anybody may call it."""

from rest_framework.permissions import BasePermission


class DenyByDefault(BasePermission):
    """Nobody: a view that names no permission is closed."""

    def has_permission(self, request, view) -> bool:  # type: ignore[no-untyped-def]
        return False
