"""Back to the page that a form was sent from."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme

from .typed import PageRequest


def back_to(request: PageRequest, within: str, other: str = "") -> str:
    """The address in the field `next` where it begins with `within`, else `other` or `within`."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe and wanted.startswith(within) else other or within
