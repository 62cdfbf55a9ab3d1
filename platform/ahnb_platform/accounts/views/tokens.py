"""A person's API tokens."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ..forms import TokenForm, refusals_on
from ..person import PersonRequest
from ..tokens import issue_token, revoke_token, token_of_user, tokens_of


@never_cache
def token_list(request: PersonRequest) -> HttpResponse:
    """The tokens, and a form for another; a new one's text is in the answer to the form alone."""
    form = TokenForm(request.POST or None, user=request.user)
    text = ""
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _, text = issue_token(user=request.user, by=request.user, **form.fields_of_token())
            form = TokenForm(user=request.user)
    context = {
        "form": form,
        "text": text,
        "tokens": tokens_of(request.user),
        "environment": environment_with(request, text),
    }
    return render(request, "accounts/tokens.html", context)


def environment_with(request: PersonRequest, text: str) -> str:
    """What a training's environment wants, as lines of a shell."""
    server = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    return f"export AHNB_SERVER={server}\nexport AHNB_API_KEY={text}"


@require_POST
def revoke(request: PersonRequest, token_id: int) -> HttpResponse:
    """End one of the person's own tokens."""
    token = revoke_token(token=token_of_user(request.user, token_id), by=request.user)
    messages.success(request, f"The token “{token.name}” is revoked.")
    return redirect("accounts:tokens")
