"""How the members of a team log in: what their owner decides."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from ahnb_platform.accounts.access import team_for_owner
from ahnb_platform.accounts.person import PersonRequest

from ..factors.services import set_policy
from ..forms import PolicyForm
from ..models import TeamPolicy


@never_cache
def entrance(request: PersonRequest, team_slug: str) -> HttpResponse:
    """Whether a second factor is asked for."""
    team = team_for_owner(request.user, team_slug)
    policy = TeamPolicy.objects.filter(team=team).first()
    form = PolicyForm(request.POST or None, instance=policy)
    if request.method == "POST" and form.is_valid():
        set_policy(team=team, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("identity:team", team.slug)
    return render(request, "identity/team.html", {"team": team, "form": form})
