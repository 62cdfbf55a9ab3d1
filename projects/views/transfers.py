"""Giving a project to another team, and taking over what is offered to one's own. Owners."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ahnb_platform.accounts.access import team_for_owner
from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.person import PersonRequest
from ahnb_platform.errors import Conflict, Invalid

from ..forms import TransferForm
from ..queries import project_for_owner
from ..transfers import accept_offer, decline_offer, offer_project, offers_to, withdraw_offer
from . import settings


@require_POST
def transfer(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Move the project, or offer it; the answer is the same for a team that does not exist."""
    project = project_for_owner(request.user, team_slug, project_slug)
    form = TransferForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            slug = form.cleaned_data["team"]
            offer = offer_project(project=project, slug=slug, by=request.user)
            if offer is not None:
                return settings.back(request, project, f"Offered to “{slug}”.")
            messages.success(request, f"The project belongs to “{slug}” now.")
            return redirect("projects:summary", slug, project.slug)
    return settings.show(request, project, transfer=form)


@require_POST
def withdraw(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    project = project_for_owner(request.user, team_slug, project_slug)
    withdraw_offer(project=project, by=request.user)
    return settings.back(request, project, "The offer is taken back.")


@require_safe
def offers(request: PersonRequest, team_slug: str) -> HttpResponse:
    """The projects that are offered to the team."""
    team = team_for_owner(request.user, team_slug)
    return render(request, "projects/offers.html", {"team": team, "offers": offers_to(team)})


@require_POST
def answer_offer(request: PersonRequest, team_slug: str, offer_id: int) -> HttpResponse:
    """Take the project over, or leave it."""
    team = team_for_owner(request.user, team_slug)
    act = request.POST.get("act")
    if act == "decline":
        decline_offer(team=team, offer_id=offer_id, by=request.user)
        messages.success(request, "The offer is declined.")
    elif act == "accept":
        try:
            return redirect(accept_offer(team=team, offer_id=offer_id, by=request.user))
        except Conflict as refusal:
            messages.error(request, refusal.detail)
    else:
        raise Invalid("An offer is accepted or declined.")
    return redirect("projects:offers", team.slug)
