"""Who sees a project and why; share it, change that, end it. Owners."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.person import PersonRequest

from .. import services
from ..forms import ShareForm
from ..models import Project
from ..queries import project_for_owner, share_with_id, shares_of, viewers_of


def sharing(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The shares and everybody who sees the project; the form adds a share or changes one."""
    project = project_for_owner(request.user, team_slug, project_slug)
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            share = services.share_project(
                project=project,
                by=request.user,
                role=form.cleaned_data["role"],
                team=form.cleaned_data["team"],
                user=form.cleaned_data["user"],
            )
            return back(request, project, f"Shared with {share.team or share.user}.")
    context = {
        "project": project,
        "form": form,
        "shares": shares_of(project),
        "viewers": viewers_of(project),
    }
    return render(request, "projects/sharing.html", context)


@require_POST
def end_share(
    request: PersonRequest, team_slug: str, project_slug: str, share_id: int
) -> HttpResponse:
    project = project_for_owner(request.user, team_slug, project_slug)
    share = share_with_id(project, share_id)
    services.unshare_project(share=share, by=request.user)
    return back(request, project, f"No longer shared with {share.team or share.user}.")


def back(request: PersonRequest, project: Project, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("projects:sharing", project.team.slug, project.slug)
