"""A new project; a project's details, address and archive."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.models import Role
from ahnb_platform.accounts.person import PersonRequest
from ahnb_platform.edits import Overtaken, marks_of
from ahnb_platform.web.meanwhile import with_both

from .. import services
from ..forms import AddressForm, DetailsForm, NameForm, NewProjectForm, TransferForm
from ..models import Project
from ..queries import project_for_editor, project_for_owner
from ..transfers import offer_of


def new_project(request: PersonRequest) -> HttpResponse:
    """Make a project in one of the person's teams."""
    chosen = {"team": request.GET.get("team")}
    form = NewProjectForm(request.POST or None, initial=chosen, user=request.user)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            return redirect(services.create_project(by=request.user, **form.cleaned_data))
    return render(request, "projects/new.html", {"form": form})


def project_settings(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """What editors may change; owners find address and archive on the same page."""
    project = project_for_editor(request.user, team_slug, project_slug)
    if request.method != "POST":
        return show(request, project)
    form, seen = DetailsForm(request.POST), request.POST.get("seen", "")
    if form.is_valid():
        try:
            with refusals_on(form):
                services.update_project(
                    project=project, by=request.user, seen=seen, **form.cleaned_data
                )
                return back(request, project, "Saved.")
        except Overtaken as overtaken:
            project = project_for_editor(request.user, team_slug, project_slug)
            return _overtaken(request, project, overtaken)
    return show(request, project, details=form, seen=seen)


def _overtaken(request: PersonRequest, project: Project, overtaken: Overtaken) -> HttpResponse:
    """Both texts; saving again is meant."""
    form = with_both(DetailsForm, request.POST, services.texts_of(project), overtaken)
    return show(request, project, details=form, status=overtaken.status)


def rename(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Another address; the old one goes on leading here."""
    project = project_for_owner(request.user, team_slug, project_slug)
    form = AddressForm(request.POST or None, initial={"slug": project.slug})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            project = services.rename_project(
                project=project, by=request.user, slug=form.cleaned_data["slug"]
            )
            return back(request, project, f"The project is at {project.path} now.")
    return show(request, project, address=form)


@require_POST
def archive(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    project = project_for_owner(request.user, team_slug, project_slug)
    services.archive_project(project=project, by=request.user)
    return back(request, project, f"{project.name} is archived.")


@require_POST
def restore(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    project = project_for_owner(request.user, team_slug, project_slug)
    services.restore_project(project=project, by=request.user)
    return back(request, project, f"{project.name} is back.")


def show(
    request: PersonRequest,
    project: Project,
    details: DetailsForm | None = None,
    address: AddressForm | None = None,
    transfer: TransferForm | None = None,
    name: NameForm | None = None,
    seen: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of settings.

    Args:
        seen: the marks of what a form that comes back was opened with.
    """
    stored = services.texts_of(project)
    context = {
        "project": project,
        "owns": project.role == Role.OWNER,
        "details": details or DetailsForm(initial=stored),
        "seen": marks_of(services.as_seen(stored)) if seen is None else seen,
        "offer": offer_of(project),
        "transfer": transfer or TransferForm(),
        "typed_name": name or NameForm(project=project),
        "address": address or AddressForm(initial={"slug": project.slug}),
    }
    return render(request, "projects/settings.html", context, status=status)


def back(request: PersonRequest, project: Project, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("projects:settings", project.team.slug, project.slug)
