"""Back to the page that a form was sent from."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme

from ahnb_platform.web.typed import PageRequest

from ..models import Project


def back_to(request: PageRequest, project: Project) -> str:
    """The address in the field `next` where it is one of the project's, else the project's page."""
    wanted = request.POST.get("next", "")
    own = project.get_absolute_url()
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe and wanted.startswith(own) else own
