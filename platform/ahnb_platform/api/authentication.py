"""Who calls: the bearer token."""

from rest_framework.authentication import BaseAuthentication


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer ahnb_<prefix>_<secret>`."""

    def authenticate(self, request):  # type: ignore[no-untyped-def]
        return None
