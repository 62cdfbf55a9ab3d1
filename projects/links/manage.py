"""The public links of a project: list, make, revoke. Editors."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.person import PersonRequest
from projects.queries import project_for_editor, views_for_user

from .forms import LinkForm
from .services import make_link, open_links, revoke_link


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def links(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The open links, and a form for another; a new one's address is in the answer alone."""
    project = project_for_editor(request.user, team_slug, project_slug)
    views = views_for_user(request.user, project)
    chosen = {name: request.GET.get(name, "") for name in ("runs", "view")}
    form = LinkForm(request.POST or None, initial=chosen, project=project, views=views)
    url = ""
    if request.method == "POST":
        with refusals_on(form):
            if form.is_valid():
                given = form.cleaned_data
                wanted = {name: given[name] for name in ("shown", "days", "shows_people")}
                _, path = make_link(project=project, by=request.user, **wanted)
                url = request.build_absolute_uri(path)
    context = {"project": project, "form": form, "url": url, "links": open_links(project)}
    return render(request, "links/manage.html", context)


@require_POST
def revoke(request: PersonRequest, team_slug: str, project_slug: str, link_id: int) -> HttpResponse:
    project = project_for_editor(request.user, team_slug, project_slug)
    revoke_link(project=project, link_id=link_id, by=request.user)
    messages.success(request, "The link works no more.")
    return redirect("links:links", project.team.slug, project.slug)
