"""Pages of notices: one's own mails, and the webhooks of a project or a team."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ahnb_platform.accounts.access import team_for_owner
from ahnb_platform.accounts.forms import refusals_on
from ahnb_platform.accounts.models import Role, Team
from ahnb_platform.accounts.person import PersonRequest
from ahnb_platform.errors import Conflict, Invalid, Missing
from projects.models import Project
from projects.queries import project_for_owner, project_for_user

from . import hooks, mailing, signing
from .forms import KindsForm, WebhookForm
from .models import Webhook


def notices(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """Of which events in the project one gets a mail; owners find the way to its webhooks."""
    project = project_for_user(request.user, team_slug, project_slug)
    form = KindsForm(
        request.POST or None, initial={"kinds": hooks.chosen_mails(request.user, project)}
    )
    if request.method == "POST":
        form = KindsForm(request.POST)
        if form.is_valid():
            kinds = form.cleaned_data["kinds"]
            hooks.choose_mails(user=request.user, project=project, kinds=kinds)
            messages.success(request, "Saved.")
            return redirect("notices:notices", project.team.slug, project.slug)
    context = {
        "project": project,
        "form": form,
        "owns": project.role == Role.OWNER,
        "has_mail": bool(settings.EMAIL_HOST),
    }
    return render(request, "notices/notices.html", context)


@never_cache
def project_webhooks(request: PersonRequest, team_slug: str, project_slug: str) -> HttpResponse:
    """The project's webhooks, and a new one. Owners."""
    return _webhooks(request, project_for_owner(request.user, team_slug, project_slug))


@never_cache
def team_webhooks(request: PersonRequest, team_slug: str) -> HttpResponse:
    """Webhooks that are told of every project of the team. Owners."""
    return _webhooks(request, team_for_owner(request.user, team_slug))


def _webhooks(request: PersonRequest, place: Project | Team) -> HttpResponse:
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            hook = hooks.add_hook(place=place, by=request.user, **form.cleaned_data)
            return _show(request, hook, shows_secret=True)
    context = {"place": place, "form": form, "webhooks": hooks.hooks_of(place)}
    return render(request, "notices/webhooks.html", context)


@never_cache
def webhook(request: PersonRequest, webhook_id: int) -> HttpResponse:
    """A webhook: what it is told of, and what became of the last deliveries. Owners."""
    hook = hooks.hook_for_owner(request.user, webhook_id)
    form = WebhookForm(request.POST or None, initial={"url": hook.url, "kinds": hook.kinds})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            hooks.change_hook(hook=hook, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect(hook)
    return _show(request, hook, form)


@require_POST
@never_cache
def act(request: PersonRequest, webhook_id: int) -> HttpResponse:
    """One of what the buttons do: test, again, pause, resume, renew, delete. Owners."""
    hook = hooks.hook_for_owner(request.user, webhook_id)
    name = request.POST.get("act", "")
    try:
        if name == "renew":
            hooks.renew_secret(hook=hook, by=request.user)
            return _show(request, hook, shows_secret=True)
        if name == "delete":
            place = hook.project or hook.team
            hooks.delete_hook(hook=hook, by=request.user)
            messages.success(request, "The webhook is gone.")
            return redirect(_list_of(place))
        messages.success(request, _done(request, hook, name))
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    return redirect(hook)


def _done(request: PersonRequest, hook: Webhook, name: str) -> str:
    """Do it, and say so."""
    by = request.user
    if name == "test":
        hooks.send_test(hook=hook, by=by)
        return "A test is on its way; reload this page to see what came of it."
    if name == "again":
        delivery_id = request.POST.get("delivery", "")
        hooks.send_again(hook=hook, delivery_id=_checked_id(delivery_id), by=by)
        return "It is sent again."
    if name == "pause":
        hooks.pause_hook(hook=hook, by=by)
        return "Nothing is sent until it is resumed."
    if name == "resume":
        hooks.resume_hook(hook=hook, by=by)
        return "What happens from now on is sent again."
    raise Invalid("That is nothing that a webhook can do.")


def _checked_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Missing from None


def _list_of(place: Project | Team | None) -> str:
    assert place is not None  # noqa: S101 - by the table's constraint
    return f"{place.get_absolute_url()}webhooks/"


def _show(
    request: PersonRequest,
    hook: Webhook,
    form: WebhookForm | None = None,
    *,
    shows_secret: bool = False,
) -> HttpResponse:
    context = {
        "hook": hook,
        "place": hook.project or hook.team,
        "form": form or WebhookForm(initial={"url": hook.url, "kinds": hook.kinds}),
        "log": hooks.log_of(hook),
        "secret": signing.secret_of(hook) if shows_secret else "",
    }
    return render(request, "notices/webhook.html", context)


@csrf_exempt
@login_not_required
@never_cache
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """End the mails of a project: a button, and what a mail program posts by itself (RFC 8058).

    No cookie counts here: the signature alone says whose mails of which project.
    """
    choice = mailing.choice_of(signed)
    if choice is None:
        raise Missing
    if request.method == "POST":
        mailing.end_mails(choice)
    context = {"project": choice.project, "is_done": request.method == "POST"}
    return render(request, "notices/unsubscribe.html", context)
