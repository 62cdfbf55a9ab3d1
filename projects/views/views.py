"""Views of a project's summary that people keep under a name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Invalid
from ahnb_platform.web.back import back_to
from ahnb_platform.web.typed import PageRequest

from .. import saved_views
from ..forms import ViewForm
from ..queries import project_for_user, view_for_user, views_for_user
from .state import saved_part


@require_http_methods(["GET", "HEAD", "POST"])
def views(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The views that one sees: a page, for htmx only the list; POST keeps another one."""
    if request.method == "POST":
        return save_view(request, team_slug, project_slug)
    project = project_for_user(request.user, team_slug, project_slug)
    context = {
        "project": project,
        "views": views_for_user(request.user, project),
        "address": saved_part(request.GET.urlencode()),
        "is_editor": project.role >= Role.EDITOR,
        "is_owner": project.role >= Role.OWNER,
    }
    name = "projects/_saved_views.html" if request.htmx else "projects/views.html"
    return render(request, name, context)


def save_view(request: PageRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Keep a view; one's own of the same name is replaced."""
    project = project_for_user(request.user, team_slug, project_slug)
    form = ViewForm(request.POST)
    if not form.is_valid():
        raise Invalid("A view needs a name of at most 100 characters.")
    given = form.cleaned_data | {"address": saved_part(form.cleaned_data["address"])}
    view = saved_views.save_view(project=project, by=request.user, **given)
    messages.info(request, f"The view “{view.name}” is saved.")
    return redirect(f"{project.get_absolute_url()}?{view.address}")


@require_safe
def open_view(
    request: PageRequest, team_slug: str, project_slug: str, view_id: int
) -> HttpResponse:
    """The short address of a view leads to the summary as it was saved."""
    project = project_for_user(request.user, team_slug, project_slug)
    view = view_for_user(request.user, project, view_id)
    return redirect(f"{project.get_absolute_url()}?{view.address}")


@require_POST
def change_view(
    request: PageRequest, team_slug: str, project_slug: str, view_id: int
) -> HttpResponse:
    """Share a view, keep it for oneself again, or forget it."""
    project = project_for_user(request.user, team_slug, project_slug)
    view = view_for_user(request.user, project, view_id)
    act = request.POST.get("act")
    if act == "forget":
        saved_views.delete_view(view=view, by=request.user)
        messages.info(request, f"The view “{view.name}” is forgotten.")
    elif act in ("share", "keep"):
        saved_views.share_view(view=view, by=request.user, is_shared=act == "share")
        words = "shared with everybody who sees the project" if act == "share" else "yours alone"
        messages.info(request, f"The view “{view.name}” is {words}.")
    else:
        raise Invalid("A view is shared, kept or forgotten.")
    return redirect(back_to(request, project.get_absolute_url()))
